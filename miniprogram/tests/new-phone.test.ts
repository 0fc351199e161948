import { expect, test } from 'vitest'
import { NoAnswer } from '../app/lib/platform'
import { Refused } from '../app/lib/api'
import { afterAttempt } from '../app/lib/attempts'
import { afterTry, digitsOf, lacking } from '../app/lib/device-code'
import { told } from '../app/lib/states'
import { fakePhone } from './fake-wx'

fakePhone()

test('digits are read as people type them, and six are needed before anything is sent', () => {
  const cases = [['048213', '048213'], ['０４８ 213', '048213'], ['048-2134', '048213'], ['12a', '12'], ['', '']] as const
  for (const [typed, read] of cases) expect(digitsOf(typed)).toBe(read)
  expect([lacking('048213'), lacking('04821'), lacking('')]).toEqual(['', '请填 6 位数字。', '请填 6 位数字。'])
})

test('after a try it is said how many are left, and a silent server is not called a missing network', () => {
  const wrong = (tries_left: number) => new Refused(409, 'device_code_wrong', '数字不对', { tries_left })
  const cases = [
    [wrong(4), true, '还可以再试 4 次'],
    [wrong(1), true, '还可以再试 1 次'],
    [wrong(0), true, '次数用完了'],
    [new Refused(409, 'device_code_expired', '数字过了 15 分钟'), true, '数字过了 15 分钟'],
    [new NoAnswer('x'), true, '后台没有回答'],
    [new NoAnswer('x'), false, '没有网'],
  ] as const
  for (const [error, isOnline, said] of cases) expect(afterTry(error, isOnline)).toContain(said)
  expect(() => afterTry(new TypeError('a fault of ours'), true)).toThrow('a fault of ours')
})

test('the new phone is spoken of word for word', () => {
  expect(told('newPhone')).toEqual({ title: '换手机了', body: '可以照常工作。请向机构要 6 位数字；机构确认前，签到会多核实一下。', actions: ['输入数字', '打电话给机构'] })
})

test('what became of “cannot start”: a server that is down is not a missing network', () => {
  const now = { reason: 'declined', saved: true, isOnline: true } as const
  const cases = [
    [{ status: 201, message: null }, now, '机构知道了', '不用等了。机构会打电话给家属。', 'good'],
    [{ status: 409, message: '今天没有这次服务。' }, now, '后台没有收下', '今天没有这次服务。', 'warn'],
    [undefined, now, '后台没有回答，已存好', '后台好了会自动发出去，不用重做。请先打电话告诉机构。', 'warn'],
    [undefined, { ...now, isOnline: false }, '没有网，已存在手机里', '到了有网的地方会发出去。请先打电话告诉机构。', 'warn'],
    [undefined, { ...now, saved: false }, '这一条还没存住', '手机存储满了，这一条还没存住。请不要关掉小程序，正在发送。', 'warn'],
  ] as const
  for (const [answer, of, title, body, tone] of cases) expect(afterAttempt(answer, of)).toMatchObject({ title, body, tone })
})
