/** Vital signs as they are typed: what cannot be is asked again, and the note that the next carer reads. Pure. */

export const SIGNS = [
  { name: 'temperature', least: 30, most: 45 },
  { name: 'upper', least: 50, most: 260 },
  { name: 'lower', least: 30, most: 160 },
  { name: 'pulse', least: 20, most: 220 },
] as const
export type Sign = (typeof SIGNS)[number]['name']
export type Typed = Partial<Record<Sign, string>>
export const LONGEST_NOTE = 500

/** The signs whose value cannot be: no number, far off, a pressure that is half told or upside down. */
export function doubtful(typed: Typed): Sign[] {
  const value = (name: Sign) => Number((typed[name] ?? '').trim().replace('，', '.').replace(',', '.'))
  const has = (name: Sign) => (typed[name] ?? '').trim() !== ''
  const far = SIGNS.filter(({ name, least, most }) => has(name) && !(value(name) >= least && value(name) <= most)).map(({ name }) => name)
  if (far.length) return far
  if (has('upper') !== has('lower')) return [has('upper') ? 'lower' : 'upper']
  return has('upper') && value('upper') <= value('lower') ? ['upper', 'lower'] : []
}

/** One text: the signs by `texts`, then the words. */
export function noteOf(typed: Typed, note: string, texts: { temperature: string; pressure: string; pulse: string }): string {
  const { temperature = '', upper = '', lower = '', pulse = '' } = typed
  const parts = [
    temperature.trim() && texts.temperature.replace('{value}', temperature.trim()),
    upper.trim() && texts.pressure.replace('{value}', `${upper.trim()}/${lower.trim()}`),
    pulse.trim() && texts.pulse.replace('{value}', pulse.trim()),
    note.trim(),
  ]
  return parts.filter(Boolean).join('；').slice(0, LONGEST_NOTE)
}
