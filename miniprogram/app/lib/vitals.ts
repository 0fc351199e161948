/** Vital signs as they are typed: what cannot be is asked again. Pure. */

export const SIGNS = [
  { name: 'temperature', least: 30, most: 45 },
  { name: 'upper', least: 40, most: 300 },
  { name: 'lower', least: 20, most: 200 },
  { name: 'pulse', least: 20, most: 250 },
  { name: 'glucose', least: 0.5, most: 50 },
  { name: 'oxygen', least: 30, most: 100 },
] as const
export type Sign = (typeof SIGNS)[number]['name']
export type Typed = Partial<Record<Sign, string>>

const textOf = (typed: Typed, name: Sign) => (typed[name] ?? '').trim().replace(/[，,。]/, '.')

/** The signs whose value cannot be: no number, far off, a pressure that is half told or upside down. */
export function doubtful(typed: Typed): Sign[] {
  const value = (name: Sign) => Number(textOf(typed, name))
  const has = (name: Sign) => textOf(typed, name) !== ''
  const far = SIGNS.filter(({ name, least, most }) => has(name) && !(value(name) >= least && value(name) <= most)).map(({ name }) => name)
  if (far.length) return far
  if (has('upper') !== has('lower')) return [has('upper') ? 'lower' : 'upper']
  return has('upper') && value('upper') <= value('lower') ? ['upper', 'lower'] : []
}

/** What was measured, in the server's whole numbers; undefined when nothing was. */
export function signsOf(typed: Typed): Record<string, number> | undefined {
  const told = (key: string, name: Sign, by = 1) => (textOf(typed, name) ? [[key, Math.round(Number(textOf(typed, name)) * by)] as const] : [])
  const all = [
    ...told('temperature_tenths', 'temperature', 10),
    ...told('systolic', 'upper'),
    ...told('diastolic', 'lower'),
    ...told('pulse', 'pulse'),
    ...told('glucose_tenths', 'glucose', 10),
    ...told('oxygen', 'oxygen'),
  ]
  return all.length ? Object.fromEntries(all) : undefined
}
