// Keeps the page new: fetches it again and swaps what it shows, so that a selection elsewhere and
// the place in the page stay.
'use strict';

async function refresh() {
  const response = await fetch('/', { cache: 'no-store' });
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
  const [now, then] = [fresh.querySelector('main'), document.querySelector('main')];
  if (now && now.innerHTML !== then.innerHTML) {
    then.replaceWith(now);
  }
}

async function keepNew() {
  try {
    if (!document.hidden) {
      await refresh();
    }
  } catch {
    // The simulator is gone; what it showed stays.
  }
  setTimeout(keepNew, 1000);
}

setTimeout(keepNew, 1000);
