/** The first value of a header in the text of one block, or undefined. */
export function header(text: string, key: string): string | undefined {
  const at = text.startsWith(`${key}: `) ? 0 : text.indexOf(`\r\n${key}: `) + 2
  if (at === 1) return undefined
  return text.slice(at + key.length + 2, text.indexOf('\r\n', at))
}

/** Headers of one block, in order; a header may come more than once. */
export type Headers = readonly (readonly [string, string])[]

/** The headers of the text of one block. */
export function readHeaders(text: string): Headers {
  return text.split('\r\n').flatMap((line): [string, string][] => {
    const colon = line.indexOf(': ')
    return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 2)]] : []
  })
}

/** A block as it goes over the wire. */
export function blockText(headers: Headers): string {
  return `${headers.map(([key, value]) => `${key}: ${value}\r\n`).join('')}\r\n`
}
