/**
 * One block of AMI as the package gives it: keys in lower case; a header that came twice is an array, and
 * `ChanVariable` an object of names and values.
 */
export type AmiBlock = Readonly<Record<string, AmiValue | undefined>>
export type AmiValue = string | readonly string[] | Readonly<Record<string, string>>

/**
 * The value of a header. Where it came more than once the last one counts: Asterisk writes ids after the texts that a
 * caller supplies, so a text with a line break in it cannot put another id in their place.
 * @returns undefined where the block has no such header
 */
export function field(block: AmiBlock, key: string): string | undefined {
  const value = block[key]
  if (typeof value === 'string' || value === undefined) return value
  return isList(value) ? value[value.length - 1] : undefined
}

/** As {@link field}, for the headers that Asterisk writes before any text of a caller's: the first one counts. */
export function leadingField(block: AmiBlock, key: string): string | undefined {
  const value = block[key]
  if (typeof value === 'string' || value === undefined) return value
  return isList(value) ? value[0] : undefined
}

/** A header that may be empty or missing. Null in both cases, and for Asterisk's `<unknown>`. */
export function optional(block: AmiBlock, key: string): string | null {
  const value = field(block, key)
  return value === undefined || value === '' || value === '<unknown>' ? null : value
}

/** A whole number of a header, or null where it is missing or is none. */
export function integer(block: AmiBlock, key: string): number | null {
  const value = field(block, key)
  if (value === undefined || value === '') return null
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : null
}

/**
 * A channel variable that `channelvars` in manager.conf puts on each event.
 * @param key `chanvariable`, or `destchanvariable` for the channel called
 * @returns undefined where the PBX does not send this variable
 */
export function channelVariable(block: AmiBlock, key: string, name: string): string | undefined {
  const value = block[key]
  if (value === undefined) return undefined
  // The package makes an object of ChanVariable alone; with a prefix the lines come as they are.
  if (typeof value === 'string')
    return value.startsWith(`${name}=`) ? value.slice(name.length + 1) : undefined
  if (!isList(value)) return Object.hasOwn(value, name) ? value[name] : undefined
  const line = value.find((each) => each.startsWith(`${name}=`))
  return line?.slice(name.length + 1)
}

/** True if the text has a control character, of which CR and LF would end an AMI header. */
export function hasControlCharacter(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (isControl(text.charCodeAt(i))) return true
  }
  return false
}

/**
 * The text without control characters and marks that turn the writing direction. One of more than `longest` characters is
 * cut, and ends in an ellipsis.
 */
export function cleanText(text: string, longest: number): string {
  let clean = text.length > longest ? `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…` : text
  for (let i = 0; i < clean.length; i++) {
    const code = clean.charCodeAt(i)
    if (isControl(code) || isDirectionMark(code)) {
      clean = Array.from(clean)
        .filter((each) => !isControl(each.charCodeAt(0)) && !isDirectionMark(each.charCodeAt(0)))
        .join('')
      break
    }
  }
  return clean.trim()
}

/**
 * A display name as it was meant. Asterisk hands on the backslashes that SIP puts before quotes in a quoted name
 * (RFC 3261, quoted-pair).
 */
export function unquoted(name: string): string {
  return name.includes('\\') ? name.replace(/\\(["\\])/g, '$1') : name
}

function isList(value: AmiValue): value is readonly string[] {
  return Array.isArray(value)
}

function isControl(code: number): boolean {
  return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code === 0x2028 || code === 0x2029
}

/** A name that turns the direction of what follows it could make another text look like something else. */
function isDirectionMark(code: number): boolean {
  return (
    (code >= 0x200e && code <= 0x200f) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069)
  )
}
