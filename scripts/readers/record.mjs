// What js-yaml makes of the front matter of files, found by the Hub's expression.
// Usage: node record.mjs JS_YAML_MODULE EXPRESSION, with a JSON list of paths on standard input;
// prints one JSON line a file. record.py starts it and describes the canonical form.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const [module, expression] = process.argv.slice(2)
const { default: yaml } = await import(pathToFileURL(resolve(module)))
const BLOCK = new RegExp(expression)
const LIMIT = 1_000_000

class Huge extends Error {}

/** @returns {string} */
function canonical (root) {
  let left = LIMIT
  const above = new Set()

  const emit = text => {
    left -= Buffer.byteLength(text)
    if (left < 0) throw new Huge()
    return text
  }

  const number = value => {
    if (Number.isNaN(value)) return 'dnan;'
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleBE(value)
    return `d${bytes.toString('hex')};`
  }

  const scalar = value => {
    if (value === null || value === undefined) return 'n'
    if (typeof value === 'boolean') return value ? 't' : 'f'
    if (typeof value === 'number') return number(value)
    if (typeof value === 'string') {
      const bytes = Buffer.from(value, 'utf8') // makes U+FFFD of a lone surrogate
      return `s${bytes.length}:${bytes.toString('utf8')}`
    }
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Tinvalid;' : `T${value.toISOString()};`
    if (value instanceof Uint8Array) return `b${value.length}:${Buffer.from(value).toString('hex')}`
    return null
  }

  const bytewise = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))

  const walk = value => {
    const text = scalar(value)
    if (text !== null) return emit(text)
    if (above.has(value)) return emit('c')
    above.add(value)
    let out
    if (Array.isArray(value)) {
      out = emit('[') + value.map(walk).join('') + emit(']')
    } else {
      const pairs = Object.keys(value).map(key => [walk(key), walk(value[key])])
      pairs.sort((a, b) => bytewise(a[0], b[0]))
      out = emit('{') + pairs.flat().join('') + emit('}')
    }
    above.delete(value)
    return out
  }
  return walk(root)
}

function read (path) {
  const out = { split: 'none', yaml: 'ok', error: null, value: null }
  // As a server reads it: what is not UTF-8 becomes U+FFFD. A byte-order mark stays; `\s` takes it.
  const match = BLOCK.exec(readFileSync(path, 'utf8'))
  if (match === null) return out
  out.split = 'block'
  let value
  try {
    value = yaml.load(match[2])
  } catch (error) {
    const reason = error.reason ?? `${error.name}: ${error.message}`
    return { ...out, yaml: 'error', error: reason.split('\n')[0] }
  }
  try {
    out.value = canonical(value)
  } catch (error) {
    if (!(error instanceof Huge)) throw error
    out.huge = true
  }
  return out
}

const paths = JSON.parse(readFileSync(0, 'utf8'))
process.stdout.write(paths.map(path => JSON.stringify(read(path)) + '\n').join(''))
