import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { APP, entry, parts } from '../webhost/build.mjs'
import { BUILT_INS, toCss } from '../webhost/wxss.mjs'

const files = (readdirSync(APP, { recursive: true }) as string[]).filter((path) => statSync(join(APP, path)).isFile())
const text = (path: string) => readFileSync(join(APP, path), 'utf8')
const BANNED = /异常|违规|围栏|同步|失败|非法|作弊|补贴|老人/

test('every page and component compiles, and uses only tags that are there', () => {
  expect(() => entry()).not.toThrow()
  for (const { path, config } of parts()) {
    const tags = new Set([...text(`${path}.wxml`).matchAll(/<([a-z][\w-]*)/g)].map(([, tag]) => tag ?? ''))
    const known = [...BUILT_INS, ...Object.keys(config.usingComponents), 'slot', 'template', 'include', 'import', 'wxs', 'canvas']
    expect([...tags].filter((tag) => !known.includes(tag)), path).toEqual([])
  }
})

test('the package that WeChat gets is under 1 MB, and every file is one it knows', () => {
  const size = files.reduce((sum, path) => sum + statSync(join(APP, path)).size, 0)
  expect(size).toBeLessThan(1_000_000)
  expect(files.filter((path) => !/\.(ts|json|wxml|wxss|wxs|png|svg)$/.test(path))).toEqual([])
})

test('only platform.ts names wx', () => {
  const naming = files.filter((path) => path.endsWith('.ts') && /\bwx\./.test(text(path)))
  expect(naming).toEqual(['lib/platform.ts'])
})

test('no word that a phone must not say', () => {
  expect(files.filter((path) => BANNED.test(text(path)))).toEqual([])
})

test('nothing to touch is lower than 88rpx, no text smaller than 28rpx', () => {
  for (const path of files.filter((name) => name.endsWith('.wxss'))) {
    const sizes = [...text(path).matchAll(/font-size:\s*(\d+)rpx/g)].map(([, size]) => Number(size))
    expect(Math.min(...sizes, 28), path).toBeGreaterThanOrEqual(28)
  }
})

test('sheets become CSS: lengths, tags, a component’s own classes', () => {
  const css = toCss(APP, 'components/big-button/index.wxss', 'an')
  expect(css).toContain('[wx-host="an"]{')
  expect(css).toContain('.an--button{')
  expect(css).toContain('calc(16 * var(--rpx))')
  expect(toCss(APP, 'app.wxss', '')).toMatch(/^wx-page\{/m)
})
