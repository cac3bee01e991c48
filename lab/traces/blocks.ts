/** A block of AMI as the server's parser gives it: keys in lower case, variables as objects, repeated keys as lists. */
export type Block = Record<string, string | string[] | Record<string, string>>

/**
 * Cuts AMI text into blocks. For replaying traces without a socket; over a socket the server's own parser does it.
 * @param text whole blocks, each ended by an empty line
 */
export function readBlocks(text: string): Block[] {
  return text
    .split('\r\n\r\n')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const block: Block = {}
      for (const line of part.split('\r\n')) {
        const colon = line.indexOf(':')
        if (colon > 0) addLine(block, line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trimStart())
      }
      return block
    })
}

function addLine(block: Block, key: string, value: string): void {
  const known = block[key]
  if (key === 'variable' || key === 'chanvariable' || key === 'destchanvariable') {
    const equals = value.indexOf('=')
    const variables = typeof known === 'object' && !Array.isArray(known) ? known : {}
    block[key] = { ...variables, [value.slice(0, equals)]: value.slice(equals + 1) }
  } else if (typeof known === 'string' || Array.isArray(known)) {
    block[key] = [...(Array.isArray(known) ? known : [known]), value]
  } else block[key] = value
}
