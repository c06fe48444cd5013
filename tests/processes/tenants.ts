export const TENANTS = ['acme', 'umbrella', 'initech']

export const WRITER = 'writer-of-all-tenants-0123456789'

export const READER = 'session=reader'
