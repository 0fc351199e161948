/** WXSS to CSS as a browser takes it: rpx, imports, built-in tags, and the class prefix that keeps a component's own. */

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const BUILT_INS = [
  'view', 'text', 'button', 'input', 'textarea', 'image', 'scroll-view', 'navigator', 'switch', 'picker', 'picker-view',
  'checkbox', 'checkbox-group', 'radio', 'radio-group', 'label', 'form', 'block', 'swiper', 'swiper-item', 'progress', 'slider',
]

/** The sheet at `path` below `root`; `scope` is a component's, '' for pages and the app. */
export function toCss(root, path, scope) {
  return rules(inlined(root, path), scope)
}

function inlined(root, path) {
  const text = readFileSync(join(root, path), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
  return text.replace(/@import\s+["']([^"']+)["'];/g, (_, to) =>
    inlined(root, to.startsWith('/') ? to.slice(1) : join(dirname(path), to)),
  )
}

/** Rules one by one: what stands before a brace is a selector, but for at-rules, whose body holds rules again. */
function rules(text, scope) {
  let css = ''
  for (let place = 0; place < text.length; ) {
    const open = text.indexOf('{', place)
    if (open < 0) break
    const close = endOf(text, open)
    const head = text.slice(place, open).trim()
    const body = text.slice(open + 1, close)
    if (/^@(media|supports)/.test(head)) css += `${head}{${rules(body, scope)}}\n`
    else css += `${head.startsWith('@') ? head : selectors(head, scope)}{${lengths(body)}}\n`
    place = close + 1
  }
  return css
}

function endOf(text, open) {
  let depth = 0
  for (let place = open; place < text.length; place += 1) {
    if (text[place] === '{') depth += 1
    if (text[place] === '}' && (depth -= 1) === 0) return place
  }
  throw new Error(`a brace is not closed: ${text.slice(open, open + 60)}`)
}

function lengths(body) {
  return body.replace(/(-?[\d.]+)rpx\b/g, 'calc($1 * var(--rpx))')
}

function selectors(head, scope) {
  return head
    .replace(/:host\b/g, `[wx-host="${scope}"]`)
    .replace(/(^|[\s,>+~(])([a-z][a-z-]*)(?=$|[\s,>+~.:#[)])/g, (whole, before, tag) => {
      if (tag === 'page') return `${before}wx-page`
      return BUILT_INS.includes(tag) ? `${before}wx-${tag}` : whole
    })
    .replace(/\.([A-Za-z_][\w-]*)/g, (_, name) => (scope ? `.${scope}--${name}` : `.${name}`))
}
