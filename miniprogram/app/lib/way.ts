/** Positions as the phone's map wants them, GCJ-02, by the same sums as the server's. Pure. */

import type { Schemas } from './api'

type Place = Pick<Schemas['DoorPlace'], 'latitude' | 'longitude' | 'system'>
interface Degrees {
  latitude: number
  longitude: number
}

const AXIS_M = 6378245
const ECCENTRICITY = 0.006693421622965943
const BAIDU = (Math.PI * 3000) / 180
const { PI, abs, atan2, cos, hypot, sin, sqrt } = Math

export function toGcj02({ latitude, longitude, system }: Place): Degrees {
  if (system === 'wgs84') return fromWgs84(latitude, longitude)
  return system === 'bd09' ? fromBd09(latitude, longitude) : { latitude, longitude }
}

function fromWgs84(latitude: number, longitude: number): Degrees {
  const [north, east] = shiftM(longitude - 105, latitude - 35)
  const radians = (latitude * PI) / 180
  const flat = 1 - ECCENTRICITY * sin(radians) ** 2
  return {
    latitude: latitude + (north * 180) / (((AXIS_M * (1 - ECCENTRICITY)) / (flat * sqrt(flat))) * PI),
    longitude: longitude + (east * 180) / ((AXIS_M / sqrt(flat)) * cos(radians) * PI),
  }
}

function shiftM(x: number, y: number): [number, number] {
  const ripple = 20 * sin(6 * PI * x) + 20 * sin(2 * PI * x)
  const northWaves = 20 * sin(PI * y) + 40 * sin((PI * y) / 3) + 160 * sin((PI * y) / 12) + 320 * sin((PI * y) / 30)
  const eastWaves = 20 * sin(PI * x) + 40 * sin((PI * x) / 3) + 150 * sin((PI * x) / 12) + 300 * sin((PI * x) / 30)
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
  return [north + ((ripple + northWaves) * 2) / 3, east + ((ripple + eastWaves) * 2) / 3]
}

function fromBd09(latitude: number, longitude: number): Degrees {
  const [x, y] = [longitude - 0.0065, latitude - 0.006]
  const length = hypot(x, y) - 0.00002 * sin(y * BAIDU)
  const angle = atan2(y, x) - 0.000003 * cos(x * BAIDU)
  return { latitude: length * sin(angle), longitude: length * cos(angle) }
}
