// What js-yaml makes of the front matter of files, found by the Hub's expression.
// Usage: node record.mjs LIST JS_YAML_MODULE; prints one JSON line a file.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const { default: yaml } = await import(pathToFileURL(process.argv[3]))
const BLOCK = /^(\s*---(?:\r\n|\r|\n))([\S\s]*?)((?:\r\n|\r|\n)---[ \t]*(\r\n|\n|$))/
const LIMIT = 1_000_000

function canonical (value, open = [], budget = { left: LIMIT }) {
  if (--budget.left < 0) throw new RangeError('huge')
  if (value === null || value === undefined) return 'n'
  if (value === true) return 't'
  if (value === false) return 'f'
  if (typeof value === 'number') {
    if (Number.isNaN(value)) return 'dnan;'
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleBE(value)
    return `d${bytes.toString('hex')};`
  }
  if (typeof value === 'string') {
    const bytes = Buffer.from(value, 'utf8')
    return `s${bytes.length}:${bytes.toString('utf8')}`
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Tinvalid;' : `T${value.toISOString()};`
  if (value instanceof Uint8Array) return `b${value.length}:${Buffer.from(value).toString('hex')}`
  if (open.includes(value)) return 'c'
  const inner = [...open, value]
  if (Array.isArray(value)) return `[${value.map(item => canonical(item, inner, budget)).join('')}]`
  const pairs = Object.keys(value).map(key => [canonical(key), canonical(value[key], inner, budget)])
  const order = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))
  pairs.sort((a, b) => order(a[0], b[0]) || order(a[1], b[1]))
  return `{${pairs.map(([key, item]) => key + item).join('')}}`
}

function read (path) {
  // The decoder would swallow a byte-order mark, which the expression takes for white space.
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(readFileSync(path))
  const match = BLOCK.exec(text)
  if (match === null) return { split: 'none', yaml: 'ok', error: null, value: null }
  const out = { split: 'block', yaml: 'ok', error: null, value: null }
  try {
    out.value = canonical(yaml.load(match[2]))
  } catch (error) {
    if (error instanceof RangeError && error.message === 'huge') out.huge = true
    else Object.assign(out, { yaml: 'error', error: error.reason ?? error.name })
  }
  return out
}

for (const line of readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean)) {
  const [path, name] = line.split('\t')
  console.log(JSON.stringify({ file: name, js_yaml: read(path) }))
}
