// What is wrong with the page on the screen: at 320 points in large type, then, at 375 and in the usual type, how much its
// first screen asks. Lines of one list are one control; a switch is WeChat's own and as high as it makes it.
async (language) => {
  const OF_THE_SWITCH = ['语言', '中文'] // who is lost in English finds the way back
  const page = document.querySelector('wx-page:not([hidden])')
  const faults = []
  const shown = (e) => { const { width, height } = e.getBoundingClientRect(); return width > 0 && height > 0 }
  const parts = '[role=button], [role=checkbox], wx-button, wx-switch, wx-picker, wx-input, wx-textarea, wx-radio, wx-checkbox'
  const controls = () => [...page.querySelectorAll(parts)].filter((e) => shown(e) && !e.parentElement.closest(parts))
  const nameOf = (e) => (e.getAttribute('aria-label') || e.textContent.trim() || e.querySelector('[aria-label]')?.getAttribute('aria-label') || '').trim()
  const tell = (what, e) => faults.push(`${what}: ${nameOf(e) || e.outerHTML.slice(0, 90)}`)
  const wide = (points) => document.documentElement.style.setProperty('--width', `${points}px`)

  wide(320)
  if (page.scrollWidth > page.clientWidth) faults.push('wider than the screen')
  for (const e of page.querySelectorAll('*')) {
    const { right, width } = e.getBoundingClientRect()
    if (width && right > page.getBoundingClientRect().right + 1) { tell('reaches beyond the screen', e); break }
  }
  const touch = (88 * 320) / 750 - 0.5
  for (const e of controls()) {
    if (!nameOf(e)) tell('no name', e)
    if (e.tagName !== 'WX-SWITCH' && e.getBoundingClientRect().height < touch) tell('too low to touch', e)
  }
  for (const e of page.querySelectorAll('img, wx-image')) if (shown(e) && !(e.alt || e.getAttribute('aria-label') || e.querySelector('[alt]'))) tell('picture without a name', e)

  const said = __said.replace(/\\u([0-9a-f]{4})/gi, (_, code) => String.fromCharCode(parseInt(code, 16)))
  const labels = [...page.querySelectorAll('[aria-label], [placeholder]')].filter(shown).flatMap((e) => [e.getAttribute('aria-label') ?? '', e.getAttribute('placeholder') ?? ''])
  const text = [document.getElementById('title').textContent, page.innerText, ...labels].join('\n')
  const banned = text.match(/异常|违规|围栏|同步|失败|非法|作弊|补贴|老人/g)
  if (banned) faults.push(`must not be said: ${banned}`)
  if (/undefined|NaN|\[object|\{\w+\}/.test(text)) faults.push(`a hole in the text: ${text.match(/.{0,20}(undefined|NaN|\[object|\{\w+\}).{0,20}/)[0]}`)
  if (language === 'en') {
    const left = [...new Set(text.match(/[\u4e00-\u9fff]+/g) ?? [])].filter((run) => !said.includes(run) && !OF_THE_SWITCH.includes(run))
    if (left.length) faults.push(`not English: ${left.join(' ')}`)
  }

  const large = [...page.querySelectorAll('.large')]
  for (const e of large) e.classList.remove('large')
  wide(375)
  const first = controls().filter((e) => e.getBoundingClientRect().top < innerHeight)
  const ofLists = first.filter((e) => (e.tagName === 'WX-PICKER' ? e.querySelector('[role]') : e.getAttribute('role') && e.tagName !== 'WX-BUTTON')) // lines of a list are one control
  const lists = new Set(ofLists.map((e) => e.getRootNode() && (e.closest('an-card') ?? e.parentElement)))
  const asked = first.length - ofLists.length + lists.size
  if (asked > 5) faults.push(`${asked} controls on the first screen: ${first.map(nameOf).join(' | ')}`)
  for (const e of large) e.classList.add('large')
  return faults
}
