import { createSSRApp, h } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { describe, expect, test } from 'vitest'
import { drawMarkdown } from '../../../client/articles/markdown.ts'

const drawn = (markdown: string): Promise<string> =>
  renderToString(createSSRApp({ render: () => h('div', drawMarkdown(markdown)) }))

describe('an article’s text', () => {
  test('has headings, lists, tables, emphasis, code and links that open elsewhere', async () => {
    const html = await drawn(
      '# Head\n\n**bold** *soft* `code`\n\n3. three\n4. four\n\n- one\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n[name](https://x.example/a?b=1&c=2)',
    )
    for (const part of [
      '<h3>Head</h3>',
      '<strong>bold</strong>',
      '<em>soft</em>',
      '<code>code</code>',
      '<ol start="3">',
      '<ul><li>',
      '<th>a</th>',
      '<td>2</td>',
      'href="https://x.example/a?b=1&amp;c=2"',
      'rel="noopener noreferrer"',
    ])
      expect(html).toContain(part)
  })

  test('is text wherever it is markup of the web, and leads to no script and no other host’s picture', async () => {
    const hostile = [
      '<script>alert(1)</script>',
      '<img src=x onerror=alert(1)>',
      'a <b onclick="x()">b</b> c',
      '[x](javascript:alert(1))',
      '[x](JaVaScRiPt:alert(1))',
      '[x](&#106;avascript:alert(1))',
      '[x](data:text/html,<script>1</script>)',
      '[x](//evil.example)',
      '![x](https://evil.example/pixel.png)',
      '<javascript:alert(1)>',
      '[x]: javascript:alert(1)\n\n[x]',
      '```html\n<script>alert(1)</script>\n```',
      '<svg/onload=alert(1)>',
      '| <script>1</script> |\n| - |\n| <img src=x onerror=1> |',
    ]
    for (const text of hostile) {
      const html = await drawn(text)
      // Only elements that we make are there, and none has an attribute but those of a link or a list.
      const tags = [...html.matchAll(/<([a-z0-9]+)([^>]*)>/g)]
      for (const [, tag, attributes = ''] of tags) {
        expect(tag, text).toMatch(
          /^(div|p|h[3-6]|ul|ol|li|table|thead|tbody|tr|th|td|pre|code|strong|em|del|blockquote|hr|br|a)$/,
        )
        expect(attributes, text).not.toMatch(/\son|src=|javascript:|data:/i)
      }
      expect(html, text).not.toMatch(/href="(?!https?:|mailto:|tel:)/)
    }
  })
})
