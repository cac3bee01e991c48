import { lexer, type Token, type Tokens } from 'marked'
import { h, type VNode } from 'vue'

type Child = VNode | string

/** Only these lead anywhere; what else stands as an address is shown as text. */
const address = /^(https?:\/\/|mailto:|tel:)/i

/** What is written as `&amp;` is meant as `&`: the lexer leaves it as it was typed, and Vue writes it as text. */
const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
}
const decoded = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (all) => entities[all] ?? all)

const inside = (token: Token): Child[] => {
  const tokens = 'tokens' in token ? token.tokens : undefined
  return tokens === undefined
    ? [decoded('text' in token ? String(token.text) : token.raw)]
    : tokens.flatMap(drawn)
}

function listOf({ ordered, start, items }: Tokens.List): VNode {
  const from = ordered && typeof start === 'number' && start !== 1 ? { start } : {}
  return h(
    ordered ? 'ol' : 'ul',
    from,
    items.map((item) => h('li', item.tokens.flatMap(drawn))),
  )
}

function tableOf({ header, rows }: Tokens.Table): VNode {
  const row = (cells: readonly Tokens.TableCell[], tag: 'th' | 'td') =>
    h(
      'tr',
      cells.map((cell) => h(tag, cell.tokens.flatMap(drawn))),
    )
  return h('table', [
    h('thead', [row(header, 'th')]),
    h(
      'tbody',
      rows.map((cells) => row(cells, 'td')),
    ),
  ])
}

function drawn(token: Token): Child[] {
  switch (token.type) {
    case 'space':
    case 'def':
      return []
    case 'heading':
      // The article's own title stands over it.
      return [h(`h${Math.min(6, (token as Tokens.Heading).depth + 2)}`, inside(token))]
    case 'paragraph':
      return [h('p', inside(token))]
    case 'blockquote':
      return [h('blockquote', inside(token))]
    case 'list':
      return [listOf(token as Tokens.List)]
    case 'table':
      return [tableOf(token as Tokens.Table)]
    case 'code':
      return [h('pre', [h('code', (token as Tokens.Code).text)])]
    case 'hr':
      return [h('hr')]
    case 'br':
      return [h('br')]
    case 'strong':
      return [h('strong', inside(token))]
    case 'em':
      return [h('em', inside(token))]
    case 'del':
      return [h('del', inside(token))]
    case 'codespan':
      return [h('code', decoded((token as Tokens.Codespan).text))]
    case 'link': {
      const { href } = token as Tokens.Link
      if (!address.test(href)) return inside(token)
      return [h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, inside(token))]
    }
    // A picture would be fetched from elsewhere: its words are shown.
    case 'image':
      return [decoded((token as Tokens.Image).text)]
    // Markup of the web is what somebody typed, and is shown as that.
    case 'html':
      return [token.raw]
    case 'text':
      return inside(token)
    default:
      return [decoded(token.raw)]
  }
}

/**
 * Markdown as elements. Nothing of it is ever taken as markup of the web: each element is made by its kind, and every text is
 * a text.
 */
export function drawMarkdown(markdown: string): Child[] {
  return lexer(markdown).flatMap(drawn)
}
