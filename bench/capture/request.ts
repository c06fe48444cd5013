/** A secret in the body. No event may contain it. */
export const SECRET = 'sk_live_51NcWmJ0q2x9'

export const USER = 'u_1042'
export const TENANT = 'acme'
const BODY_BYTES = 1_024

const FIELDS = {
  name: 'Standing desk',
  sku: 'DESK-140-OAK',
  price: 489.5,
  currency: 'EUR',
  inStock: true,
  quantity: 12,
  tags: ['office', 'wood', 'adjustable'],
  size: { width: 140, depth: 70, height: 125 },
  supplier: { id: 's_77', name: 'Nordic Furniture', email: 'orders@nordic.example', apiKey: SECRET },
  shipping: { weightKg: 38.2, carriers: ['dhl', 'ups'], isFragile: false },
}

/** The JSON body of each request. */
export const BODY = createBody()

function createBody(): string {
  const length = JSON.stringify({ ...FIELDS, description: '' }).length
  const sentence = 'A desk with two motors, four stored heights, and a solid oak top. '
  const description = sentence.repeat(20).slice(0, BODY_BYTES - length)
  return JSON.stringify({ ...FIELDS, description })
}
