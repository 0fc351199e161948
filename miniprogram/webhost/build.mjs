/** Builds what a browser needs of `app/`: one script and one page. `node webhost/build.mjs [folder]` */

import { build } from 'esbuild'
import compiler from 'glass-easel-template-compiler'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toCss } from './wxss.mjs'

const HERE = dirname(fileURLToPath(import.meta.url))
export const APP = join(HERE, '../app')
const json = (path) => JSON.parse(readFileSync(join(APP, path), 'utf8'))

/** Every page and component that app.json leads to, with what its files say. Throws on the first that is missing. */
export function parts() {
  const app = json('app.json')
  const found = new Map()
  const visit = (path, isPage) => {
    if (found.has(path)) return
    for (const end of ['.json', '.ts', '.wxml']) {
      if (!existsSync(join(APP, path + end))) throw new Error(`${path}${end} is missing`)
    }
    const own = json(`${path}.json`)
    const using = Object.fromEntries(
      Object.entries({ ...app.usingComponents, ...own.usingComponents }).map(([tag, to]) => [tag, absolute(path, to)]),
    )
    found.set(path, { path, isPage, config: { ...own, usingComponents: using }, scope: isPage ? '' : path.replace(/\W+/g, '-') })
    for (const to of Object.values(using)) visit(to.slice(1), false)
  }
  for (const page of app.pages) visit(page, true)
  return [...found.values()]
}

function absolute(from, to) {
  return to.startsWith('/') ? to : `/${posix.join(dirname(from), to)}`
}

/** All templates as the source of one object; faults are thrown with their file and line. */
export function templates(all) {
  const group = new compiler.TmplGroup()
  const faults = []
  for (const { path } of all) {
    for (const fault of group.addTmpl(path, readFileSync(join(APP, `${path}.wxml`), 'utf8'))) {
      faults.push(`${path}.wxml:${fault.startLine ?? '?'} ${fault.message ?? fault}`)
    }
  }
  if (faults.length) throw new Error(faults.join('\n'))
  return group.getTmplGenObjectGroups()
}

/** The module that hands everything to the runtime. Files of pages run when they are registered, one after the other. */
export function entry() {
  const all = parts()
  const sheet = ({ path, scope }) => (existsSync(join(APP, `${path}.wxss`)) ? toCss(APP, `${path}.wxss`, scope) : '')
  const lines = all.map((part) => {
    const known = JSON.stringify({ ...part, css: sheet(part) })
    return `host.add(${known}, templates[${JSON.stringify(part.path)}], () => require(${JSON.stringify(join(APP, part.path))}))`
  })
  return [
    `import { host } from ${JSON.stringify(join(HERE, 'runtime.ts'))}`,
    `const templates = ${templates(all)}`,
    `host.begin(${JSON.stringify(json('app.json'))}, ${JSON.stringify(toCss(APP, 'app.wxss', ''))}, templates)`,
    ...lines,
    `host.start(() => require(${JSON.stringify(join(APP, 'app.ts'))}))`,
  ].join('\n')
}

export async function buildHost(folder) {
  mkdirSync(folder, { recursive: true })
  const { metafile } = await build({
    stdin: { contents: entry(), resolveDir: HERE, loader: 'ts' },
    outfile: join(folder, 'host.js'),
    bundle: true,
    minify: true,
    sourcemap: true,
    metafile: true,
    format: 'iife',
    target: 'chrome110',
    logLevel: 'warning',
    conditions: ['production'],
  })
  const css = readFileSync(join(HERE, 'host.css'), 'utf8')
  const page = readFileSync(join(HERE, 'index.html'), 'utf8').replace('/* host.css */', css)
  writeFileSync(join(folder, 'index.html'), page)
  return metafile
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildHost(process.argv[2] ?? join(HERE, '../dist'))
}
