import type { ComponentProps } from 'react'

export interface ButtonProps extends ComponentProps<'button'> {
  variant?: 'primary' | 'plain' | 'quiet' | 'danger'
}

export function Button({ variant = 'plain', className, type = 'button', ...rest }: ButtonProps) {
  return (
    <button className={['button', className].filter(Boolean).join(' ')} data-variant={variant} type={type} {...rest} />
  )
}
