import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { redact, redactChanges } from './redact.ts'
import { isCardNumber, isSecretName, redactText } from './secrets.ts'

describe('names are matched word by word', () => {
  test.each(
    (
      'password passwd passwordHash new_password user-password PASSWORD userpassword Passwort mysql_pwd secret clientSecret ' +
      'client_secret api_key apikey API-Key x-api-key APIKey private_key privateKey signing_key secretKey authToken auth ' +
      'Authorization access_token refreshtoken csrf-token idToken bearer credentials salt bcrypt encrypted certificate otp ' +
      'totpSecret ssn cvv cvc card_number cardNumber creditCard set-cookie Cookie cookies session session_id JSESSIONID ' +
      'token_value connect.token social_security_number DB_PASS userPass passPhrase passCode pass mnemonic ' +
      'ｐａｓｓｗｏｒｄ pa\u200bssword'
    ).split(' '),
  )('%s is secret', (name) => {
    expect(isSecretName(name)).toBe(true)
  })

  test.each(
    (
      'author authored authority coauthors tokenizer tokenize secretary secretariat keyboard monkey key keys turkey keynote ' +
      'cryptocurrency bassoon obsession processor salty assault compass password_changed_at passwordChangedAt token_count ' +
      'tokenType api_key_id apiKeyName key_prefix card_brand card_last4 email name title description notes topic optimal ' +
      'laptop crossover cookieless'
    ).split(' '),
  )('%s is not', (name) => {
    expect(isSecretName(name)).toBe(false)
  })

  test('a name can have any length', () => {
    expect(isSecretName(`${'x_'.repeat(10_000)}y`)).toBe(false)
    expect(isSecretName(`password_${'x'.repeat(10_000)}`)).toBe(true)
    expect(isSecretName(`${'x'.repeat(10_000)}_password`)).toBe(true)
  })
})

describe('pairs', () => {
  test.each([
    { key: 'password', val: 'hunter2' },
    { Name: 'password', Value: 'hunter2' },
    { field: 'password', value: 'hunter2' },
    { header: 'authorization', value: 'hunter2' },
  ])('%o', (pair) => {
    expect(JSON.stringify(redact([pair]).value)).not.toContain('hunter2')
  })
})

describe('assignments', () => {
  test.each([
    'PASSWORD="hunt er2"',
    "PASSWORD='hunt er2'",
    'password=hunt,er2',
    'password: hunt_er2',
    'X-Api-Key: hunt_er2',
  ])('%s', (text) => {
    expect(redactText(`with ${text} in it`)).not.toMatch(/hunt|er2/)
  })

  test.each(['token: expired', 'The password: changed', 'see https://acme.test:8080/x', 'at 10:30:00'])(
    '%s is unchanged',
    (text) => {
      expect(redactText(text)).toBe(text)
    },
  )
})

describe('values', () => {
  const redacted = (text: string) => redactText(text)

  test.each([
    ['Authorization: Bearer abc123', 'Authorization: [redacted]'],
    ['Bearer xxx', '[redacted]'],
    ['basic Basic dXNlcjpwYXNzd29yZA==', 'basic [redacted]'],
    ['got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP here', 'got [redacted] here'],
    ['key sk_live_4eC39HqLyjWDarjtT1zdp7dc', 'key [redacted]'],
    ['ghp_16C7e42F292c6912E7710c838347Ae178B4a', '[redacted]'],
    ['AKIAIOSFODNN7EXAMPLE', '[redacted]'],
    ['xoxb-1234567890-abcdef', '[redacted]'],
    ['AIzaSyD-4a5b6c7d8e9f0g1h2i3j4k5l6m7n8o9', '[redacted]'],
    ['sk-4eC39HqLyjWDarjtT1zdp7dc', '[redacted]'],
    ['glpat-4eC39HqLyjWDarjtT1zd', '[redacted]'],
    ['SG.4eC39HqLyjWDarjtT1zd.4eC39HqLyjWDarjtT1zd', '[redacted]'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n', '[redacted]\n'],
    ['-----BEGIN PRIVATE KEY-----\ncut off', '[redacted]'],
    ['postgres://app:hunter2@db:5432/x', 'postgres://app:[redacted]@db:5432/x'],
    ['https://a.test/?page=2&token=abc&x=1', 'https://a.test/?page=2&token=[redacted]&x=1'],
    ['email=ada%40acme.test&password=hunter2', 'email=ada%40acme.test&password=[redacted]'],
    ['{"user":"ada","password":"hun\\"ter2","pin":1}', '{"user":"ada","password":"[redacted]","pin":1}'],
    ['paid with 4111 1111 1111 1111 today', 'paid with [redacted] today'],
    ['5555-5555-5555-4444', '[redacted]'],
    ['378282246310005', '[redacted]'],
  ])('%s', (text, clean) => {
    expect(redacted(text)).toBe(clean)
  })

  test.each([
    'The bearer of this letter is a bearer token.',
    'Basic understanding of things',
    'ada@acme.test',
    '0199a8b2-7c3e-7d4f-8a1b-4111111111111111'.slice(0, 36),
    '1700000000000',
    '2026-11-20T10:00:00.000Z',
    '1234567890123456',
    '4111111111111112',
    'order 20261120100000123456',
    'API key "ci" (sk_12...) was created',
    'https://a.test:8080/path?author=ada',
    'v1.4111111111111111.0',
    '{"author":"ada"}',
    'task-sk-1',
  ])('%s is unchanged', (text) => {
    expect(redacted(text)).toBe(text)
  })

  test('card numbers are matched by issuer, length and check digit', () => {
    expect(
      [
        '4242424242424242',
        '6011111111111117',
        '3530111333300000',
        '30569309025904',
        '2223003122003222',
        '6200000000000005',
      ].filter((digits) => !isCardNumber(digits)),
    ).toEqual([])
    expect(
      ['4242424242424243', '1111111111111117', '0000000000000000', '9999999999999995'].filter(isCardNumber),
    ).toEqual([])
  })

  test('matching takes linear time', () => {
    const started = performance.now()
    for (const piece of [
      'eyJ',
      'Bearer ',
      '1 ',
      'a=',
      '":"',
      '://',
      '-----BEGIN PRIVATE KEY-----',
      'x'.repeat(7),
      '"a":"\\',
    ]) {
      redactText(piece.repeat(20_000))
    }
    expect(performance.now() - started).toBeLessThan(3_000)
  })
})

describe('redact', () => {
  test('replaces values and lists their pointers', () => {
    expect(
      redact({
        name: 'Ada',
        email: 'ada@acme.test',
        author: 'Grace',
        authToken: 'x',
        nested: [{ 'API-Key': 'k', 'a/b~c': { password: ['p'] } }],
        note: 'send Bearer abc123',
        card: 4242424242424242,
      }),
    ).toEqual({
      value: {
        name: 'Ada',
        email: 'ada@acme.test',
        author: 'Grace',
        authToken: '[redacted]',
        nested: [{ 'API-Key': '[redacted]', 'a/b~c': { password: '[redacted]' } }],
        note: 'send [redacted]',
        card: '[redacted]',
      },
      redacted: ['/authToken', '/nested/0/API-Key', '/nested/0/a~1b~0c/password', '/note', '/card'],
    })
  })

  test('keeps empty values, booleans and counts under a secret name', () => {
    const value = { password: null, token: '', auth: true, max_tokens: 4_096, session: undefined }
    expect(redact(value)).toEqual({ value: { password: null, token: '', auth: true, max_tokens: 4_096 }, redacted: [] })
    expect(redact({ otp: 123_456, cvv: 123, secret: 0n }).redacted).toEqual(['/otp', '/cvv', '/secret'])
  })

  test('redacts pairs of name and value', () => {
    const headers = [
      { name: 'Cookie', value: 'sid=1' },
      { key: 'accept', value: 'text/html' },
    ]
    expect(redact(headers).value).toEqual([{ name: 'Cookie', value: '[redacted]' }, headers[1]])
  })

  test('redacts names of the host, word by word', () => {
    const also = ['iban', 'tax number']
    expect(redact({ customerIban: 'DE89', tax_number: '1', taxes: 2, urbane: 'x' }, { also })).toEqual({
      value: { customerIban: '[redacted]', tax_number: '[redacted]', taxes: 2, urbane: 'x' },
      redacted: ['/customerIban', '/tax_number'],
    })
    expect(redact({ iban: 'DE89' }).redacted).toEqual([])
  })

  test('finds a secret at any depth and is idempotent', () => {
    const secrets = fc.constantFrom('password', 'apiKey', 'set-cookie', 'x_token')
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))
    const tree = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(fc.string(), tie('node'), { maxKeys: 3 }),
        fc.tuple(secrets, fc.constant('TOP-SECRET')).map(([name, value]) => ({ [name]: value })),
      ),
    })).node
    fc.assert(
      fc.property(tree, (value) => {
        const once = redact(value)
        expect(JSON.stringify(once.value)).not.toContain('TOP-SECRET')
        expect(redact(once.value)).toEqual({ value: once.value, redacted: [] })
      }),
      { numRuns: 500 },
    )
  })
})

test('changes are redacted by path and by value', () => {
  expect(
    redactChanges([
      { path: '/name', from: 'Motor', to: 'Engine' },
      { path: '/settings/api_key', from: 'a', to: 'b' },
      { path: '/password' },
      { path: '/owner', to: { name: 'Ada', token: 't' } },
      { path: '/auth', from: false, to: true },
      { path: '/secret', from: '[redacted]', to: null },
    ]),
  ).toEqual({
    changes: [
      { path: '/name', from: 'Motor', to: 'Engine' },
      { path: '/settings/api_key', from: '[redacted]', to: '[redacted]' },
      { path: '/password' },
      { path: '/owner', to: { name: 'Ada', token: '[redacted]' } },
      { path: '/auth', from: false, to: true },
      { path: '/secret', from: '[redacted]', to: null },
    ],
    redacted: ['/1/from', '/1/to', '/3/to/token'],
  })
})
