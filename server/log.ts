import { pino, type DestinationStream, type Logger } from 'pino'
import type { Config } from './config.ts'

/** What stands in a log line where something was taken out. */
export const redacted = '[redacted]'

/**
 * Field names whose values may be personal or secret. They are taken out at any depth, so that a careless `log.info({
 * party })` cannot write a customer's number to disk. People and calls are named by their ids.
 */
const redactedNames = [
  'party number phone phones display name names displayName signInName customerName firstName lastName company',
  'callerIdNum callerIdName connectedLineNum connectedLineName callerNumber callerName dialled account accountNumber',
  'email emails address addresses city note notes text card pop customer candidates',
  'password passwordHash secret token csrfToken cookie cookies authorization headers body query params uri',
].flatMap((line) => line.split(' '))
const redactedFields = new Set(redactedNames.map((name) => name.toLowerCase()))

/** What looks like a phone number or an e-mail address inside a sentence; call ids (`main:1764000000.12`) do not. */
const inText: readonly [RegExp, string][] = [
  [/\+\d[\d ()-]{5,}\d/g, redacted],
  [/[\w.+-]+@[\w-]+\.[\w.-]+/g, redacted],
  // MongoDB repeats the values of a refused document.
  [/dup key: \{.*?\}/gs, `dup key: ${redacted}`],
  [/mongodb(\+srv)?:\/\/\S+/g, redacted],
]

const deepest = 6

/**
 * Makes the server's log: one JSON object a line on standard output, or on `destination`.
 * Use `log.child({ callId })` for lines about one call.
 */
export function createLog(config: Pick<Config, 'LOG_LEVEL'>, destination?: DestinationStream): Logger {
  return pino(
    {
      level: config.LOG_LEVEL,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      // Errors are made plain below, not by pino's own serializer, which keeps whatever hangs on them.
      serializers: {
        err: (error: unknown) => error,
        // The fields of a child logger pass by serializers alone.
        ...Object.fromEntries(redactedNames.map((name) => [name, () => redacted])),
      },
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => withoutPersonalData(fields, 0) as Record<string, unknown>,
      },
      hooks: {
        logMethod(parameters, method) {
          method.apply(
            this,
            parameters.map((p) => (typeof p === 'string' ? scrub(p) : p)) as typeof parameters,
          )
        },
      },
    },
    destination ?? pino.destination({ sync: false }),
  )
}

function withoutPersonalData(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return scrub(value)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return value
  if (depth >= deepest) return redacted
  if (value instanceof Error) return plainError(value, depth)
  if (Array.isArray(value)) return value.map((item) => withoutPersonalData(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => [
      field,
      redactedFields.has(field.toLowerCase()) ? redacted : withoutPersonalData(inner, depth + 1),
    ]),
  )
}

/** An error without what libraries hang on it (documents, requests), which may hold anything. */
function plainError(error: Error, depth: number): Record<string, unknown> {
  return {
    type: error.name,
    message: scrub(error.message),
    ...('code' in error ? { code: error.code } : {}),
    stack: error.stack === undefined ? undefined : scrub(error.stack),
    ...(error.cause === undefined ? {} : { cause: withoutPersonalData(error.cause, depth + 1) }),
  }
}

function scrub(text: string): string {
  return inText.reduce((scrubbed, [pattern, replacement]) => scrubbed.replace(pattern, replacement), text)
}
