// Before the first paint: the theme somebody chose here, else the device's.
document.documentElement.dataset.theme =
  localStorage.getItem('acme-theme') ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')
