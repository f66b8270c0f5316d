// Sets the chosen theme before the first paint. A file of its own, because the content policy allows no inline script.
(() => {
  let theme = 'system';
  try {
    theme = localStorage.getItem('tarn.theme') ?? 'system';
  } catch {
    theme = 'system'; // Storage is blocked here, so nothing was chosen.
  }
  document.documentElement.dataset.theme = theme;
})();
