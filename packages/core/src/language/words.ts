const SPELLED = new Map(
  (
    'AI API AWS CLI CPU CSS CSV DB DNS FTP GPU HTML HTTP HTTPS IAM ID IP JSON JWT LLM MFA OTP PDF QR RAM SAML SCIM SDK ' +
    'SFTP SLA SMS SMTP SQL SSH SSL SSO TCP TLS TOTP UI URI URL UTC UUID VAT VM VPC VPN XML YAML 2FA OAuth GitHub GitLab'
  )
    .split(' ')
    .flatMap((word): [string, string][] => [
      [word.toLowerCase(), word],
      [`${word.toLowerCase()}s`, `${word}s`],
    ]),
)
// No plural, and two words that are written as one in code only.
SPELLED.set('https', 'HTTPS').set('signin', 'sign-in').set('signup', 'sign-up')

/** The words of an identifier in lower case: `'apiKey_v2'` is `['api', 'key', 'v2']`. */
export function splitWords(identifier: string): string[] {
  return identifier
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(?!\p{Lu}s(?!\p{Ll}))(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '')
}

/**
 * An identifier as people would write it: the first word capitalised, acronyms right.
 *
 * @example
 * words('role_changed') // 'Role changed'
 * words('api_key')      // 'API key'
 * words('callbackUrl')  // 'Callback URL'
 */
export function humanize(identifier: string): string {
  const text = splitWords(identifier)
    .map((word) => SPELLED.get(word) ?? word)
    .join(' ')
  return capitalize(text)
}

/** With its first letter in upper case. */
export function capitalize(text: string): string {
  const first = text.codePointAt(0)
  if (first === undefined) return text
  const letter = String.fromCodePoint(first)
  return letter.toUpperCase() + text.slice(letter.length)
}

/** As it stands within a sentence: "Project" is "project", "API key" stays. */
export function uncapitalize(label: string): string {
  const [first = '', second = ''] = label
  const acronym = /\p{Lu}|\p{N}/u.test(second)
  return acronym ? label : first.toLowerCase() + label.slice(first.length)
}

/** With its indefinite article: "a project", "an API key". */
export function addArticle(label: string): string {
  const silentOrSounded = /^(?:hour|honest|honou?r)/i
  const soundsLikeYou = /^(?:uni(?!n)|us[aeiu]|ut[ei]|eu|one|uuid|uri\b|url\b|ui\b|utc\b)/i
  const vowel = /^[aeiou]/i.test(label) || /^(?:[FHLMNRSX][A-Z]|[FHLMNRSX]\b)/.test(label)
  return `${(vowel && !soundsLikeYou.test(label)) || silentOrSounded.test(label) ? 'an' : 'a'} ${label}`
}
