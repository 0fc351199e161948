import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { APP } from '../webhost/build.mjs'

/** What WeChat's own tools ask of a project before a page of it is opened. */
const json = (path: string) => JSON.parse(readFileSync(join(APP, path), 'utf8'))
const files = (readdirSync(APP, { recursive: true }) as string[])
  .filter((path) => statSync(join(APP, path)).isFile())
  .map((path) => path.replaceAll('\\', '/'))

test('the developer tools open it without a build', () => {
  const project = json('../project.config.json')
  expect(project).toMatchObject({ compileType: 'miniprogram', miniprogramRoot: 'app/', setting: { urlCheck: true, packNpmManually: false } })
  expect(project.setting.useCompilerPlugins).toEqual(['typescript'])
  expect(project.appid).toMatch(/^(touristappid|wx[0-9a-f]{16})$/)
  expect(Number(project.libVersion.split('.')[0])).toBeGreaterThanOrEqual(3)
  const foreign = files.filter((path) => path.endsWith('.ts')).flatMap((path) =>
    [...readFileSync(join(APP, path), 'utf8').matchAll(/^(import|export) (?!type)[^'\n]*from '([^.'][^']*)'/gm)].map(([whole]) => `${path}: ${whole}`),
  )
  expect(foreign).toEqual([]) // nothing from npm: there is no build that would bring it
})

test('every page has its four files, and every template among the pages is one', () => {
  const { pages } = json('app.json') as { pages: string[] }
  const missing = pages.flatMap((page) => ['.json', '.ts', '.wxml', '.wxss'].map((end) => page + end)).filter((path) => !files.includes(path))
  expect(missing).toEqual([])
  const there = new Set(files.filter((path) => /^pages\/.*\.wxml$/.test(path)).map((path) => path.replace(/\.wxml$/, '')))
  expect([...there].sort()).toEqual([...pages].sort())
  expect(new Set(pages).size).toBe(pages.length)
})

test('position and privacy are asked for as WeChat wants it', () => {
  const app = json('app.json')
  expect(app).toMatchObject({ requiredPrivateInfos: ['getLocation'], __usePrivacyCheck__: true, lazyCodeLoading: 'requiredComponents' })
  const why = app.permission['scope.userLocation'].desc as string
  expect(why.length).toBeGreaterThan(0)
  expect(why.length).toBeLessThanOrEqual(30)
  expect(app.requiredBackgroundModes).toBeUndefined()
  expect(files).toContain(app.sitemapLocation)
})

// WeChat's own compilers, old programs for x86-64 and macOS: where they do not run, the test says that it was left out.
const folder = join(dirname(createRequire(import.meta.url).resolve('miniprogram-compiler/package.json')), 'bin')
const system = { linux: 'linux', darwin: 'mac' }[process.platform as string]
const scratch = mkdtempSync(join(tmpdir(), 'anhu-wcc-'))
afterAll(() => rmSync(scratch, { recursive: true }))

function compile(program: 'wcc' | 'wcsc', from: string, sources: string[]) {
  const path = join(folder, system ?? '', program)
  chmodSync(path, 0o755)
  const more = program === 'wcsc' ? ['-pc', String(sources.length), '-js'] : []
  return spawnSync(path, [...more, '-o', join(scratch, `${program}.js`), ...sources], { cwd: from, encoding: 'utf8' })
}

function runs(): boolean {
  writeFileSync(join(scratch, 'empty.wxml'), '<view></view>')
  return system !== undefined && compile('wcc', scratch, ['empty.wxml']).status === 0
}

test.skipIf(!runs())('WeChat’s own compilers take every template and every sheet', () => {
  const all = { wcc: files.filter((path) => path.endsWith('.wxml')), wcsc: files.filter((path) => path.endsWith('.wxss')) }
  expect(all.wcc.length).toBeGreaterThan(40)
  for (const program of ['wcc', 'wcsc'] as const) {
    const { status, stdout, stderr } = compile(program, APP, all[program])
    expect(`${program} ${status} ${stdout}${stderr}`).toBe(`${program} 0 `)
  }
  writeFileSync(join(scratch, 'bad.wxml'), '<view wx:if="{{a"><text></view>')
  writeFileSync(join(scratch, 'bad.wxss'), '.a > { width: 1rpx } }')
  expect(compile('wcc', scratch, ['bad.wxml']).status).not.toBe(0) // the control: they see what is wrong
  expect(compile('wcsc', scratch, ['bad.wxss']).status).not.toBe(0)
})
