import type { OpenApiDocument, Operation } from './openapi.ts'

/** The page that shows the API to a person: plain HTML from the document, no script, nothing from another host. */
export function docsPage(document: OpenApiDocument): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags))]
  const sections = tags.map((tag) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(tag))
    return `<section id="${escapeHtml(tag)}"><h2>${escapeHtml(tag)}</h2>${own.map(operationHtml).join('')}</section>`
  })
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(document.info.title)} API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/api/docs.css">
</head>
<body>
<header><h1>${escapeHtml(document.info.title)} API <small>${escapeHtml(document.info.version)}</small></h1>
<p>${marked(document.info.description)}</p>
<p><a href="/api/openapi.json">OpenAPI document</a></p>
<nav aria-label="Sections">${tags.map((tag) => `<a href="#${escapeHtml(tag)}">${escapeHtml(tag)}</a>`).join(' ')}</nav>
</header>
<main>${sections.join('\n')}</main>
</body>
</html>
`
}

function operationHtml({
  path,
  method,
  operation,
}: {
  path: string
  method: string
  operation: Operation
}): string {
  const parameters = operation.parameters.map(
    ({ name, in: where, required }) =>
      `<li><code>${escapeHtml(name)}</code> in ${where}${required ? '' : ', optional'}</li>`,
  )
  const body = operation.requestBody?.content['application/json']
  const answers = Object.entries(operation.responses).map(([status, answer]) => {
    const schema = answer.content?.['application/json']
    return `<li><strong>${escapeHtml(status)}</strong> ${marked(answer.description)}${schema ? jsonHtml(schema.schema) : ''}</li>`
  })
  return `<details id="${escapeHtml(operation.operationId)}">
<summary><code class="method">${escapeHtml(method.toUpperCase())}</code> <code>${escapeHtml(path)}</code> <span>${escapeHtml(operation.summary)}</span></summary>
<p>${marked(operation.description)} Name: <code>${escapeHtml(operation.operationId)}</code>.</p>
${parameters.length === 0 ? '' : `<h3>Parameters</h3><ul>${parameters.join('')}</ul>`}
${body === undefined ? '' : `<h3>Body</h3>${jsonHtml(body.schema)}`}
<h3>Answers</h3><ul>${answers.join('')}</ul>
</details>`
}

function jsonHtml(schema: unknown): string {
  return `<pre>${escapeHtml(JSON.stringify(schema, null, 2))}</pre>`
}

/** Text with `code` marks. */
function marked(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>')
}

function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (mark) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[mark] ?? mark,
  )
}

export const docsStyle = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 small { font-size: 1rem; font-weight: 400; opacity: .7; }
h2 { margin: 2rem 0 .5rem; text-transform: capitalize; }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
nav a { margin-inline-end: .75rem; }
details { border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: .5rem; margin: .5rem 0; padding: .5rem .75rem; }
summary { cursor: pointer; }
summary span { opacity: .8; }
code, pre { font: 14px/1.5 ui-monospace, monospace; }
.method { font-weight: 700; }
pre { overflow-x: auto; padding: .75rem; border-radius: .5rem; background: color-mix(in srgb, currentColor 7%, transparent); }
`
