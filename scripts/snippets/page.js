// Put before a block in a page: what goes wrong there is told to the host of the page.
window.outcome = { wrong: [], logged: [] };

for (const kind of ['error', 'unhandledrejection', 'securitypolicyviolation']) {
  addEventListener(kind, (event) => {
    const about = event.message ?? event.reason ?? event.violatedDirective ?? event.target?.outerHTML;
    window.outcome.wrong.push(`${kind}: ${about} ${event.blockedURI ?? ''}`);
  }, true);
}
console.log = (...words) => window.outcome.logged.push(...words);

/** Waits until something holds. */
async function until(holds) {
  for (let tries = 0; tries < 200; tries += 1) {
    if (holds()) return;
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
  window.outcome.wrong.push(`never came true: ${holds}`);
}

/** Waits until the component is there and shows its picture, asks the page, and tells. */
async function tell(ask) {
  const component = document.querySelector('sms-code');
  await until(() => component?.shadowRoot?.querySelector('[part~=image]')?.naturalWidth > 0);
  try {
    window.outcome.answer = await ask(component);
  } catch (error) {
    window.outcome.wrong.push(`${error}`);
  }
  // A script may come from there under any policy that these tests give.
  const script = document.createElement('script');
  script.nonce = 'tests';
  script.src = `/outcome?${encodeURIComponent(JSON.stringify(window.outcome))}`;
  document.head.append(script);
}
