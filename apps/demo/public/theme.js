// Sets the theme before the first paint: the saved theme, or the system theme.
document.documentElement.dataset.theme =
  localStorage.getItem('acme-theme') ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')
