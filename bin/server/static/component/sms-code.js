// <sms-code>: number and picture in, SMS out, code checked. What it offers to a page is told in
// docs/COMPONENT.md of the project. The files beside this one are put before it when it is served.

// Where the script came from.
const HOME = new URL('.', import.meta.url);

// The answers for which the server didn't look at the picture: it can be used again.
const PICTURE_KEPT = ['missing_parameter', 'bad_mobile', 'address_too_often', 'overloaded', 'unavailable'];

// Those to a check for which no field is to blame.
const NOBODY_TO_BLAME = ['no_answer', 'unavailable', 'overloaded'];

function freshId() {
  // crypto.randomUUID() exists on https and localhost only.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

export class SmsCode extends HTMLElement {
  static formAssociated = true;
  static observedAttributes = ['server', 'countries', 'country', 'code-length', 'image-length', 'name', 'code-name', 'defer-check', 'optional'];

  #internals = this.attachInternals();
  #root = this.attachShadow({ mode: 'open' });
  #all = h('fieldset', { id: 'all', lang: 'en', ...text('group', 'aria-label') }, request(), verify(), h('slot'));
  #languages = new MutationObserver(() => this.#speak());
  #sound = new Audio();
  #waits = new Waits();
  #isListening = false;
  #timer;
  #wantedPicture;
  #otp;

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [style()];
    this.#root.append(this.#all);
    this.#onSubmit('request', 'send', () => this.#getCode());
    this.#onSubmit('verify', 'check', () => this.#checkCode());
    const on = (id, type, work) => this.#$(id).addEventListener(type, work);
    on('refresh', 'click', () => this.#isListening ? this.#listen(true) : this.#loadPicture());
    on('listen', 'click', () => this.#listen(false));
    on('look', 'click', () => this.#look());
    on('image', 'click', () => this.#all.disabled || this.#loadPicture());
    on('mobile', 'input', () => this.#changeNumber());
    on('country', 'input', () => {
      this.#showExample();
      this.#changeNumber();
    });
    on('sms_code', 'paste', (event) => this.#pasteCode(event));
    this.#sound.addEventListener('ended', () => this.#root.activeElement === this.#$('listen') && this.#$('image_code').focus());
    this.#root.addEventListener('input', ({ target }) => {
      if (!this.#root.contains(target)) return; // it is in a slot, and the page's
      if (target.id !== 'country') this.#forgive(target);
      this.#tellForm();
    });
    this.addEventListener('invalid', (event) => {
      event.preventDefault(); // what is missing is said at its field
      this.#complain();
    });
  }

  connectedCallback() {
    this.#languages.observe(document, { subtree: true, attributeFilter: ['lang'] });
    document.addEventListener('visibilitychange', this.#tick);
    this.#configure();
    this.#look();
  }

  disconnectedCallback() {
    this.#languages.disconnect();
    document.removeEventListener('visibilitychange', this.#tick);
    clearTimeout(this.#timer);
    this.#otp?.abort();
    this.#wantedPicture = null;
    this.#showPicture('', '');
    this.#hushSound();
  }

  attributeChangedCallback(name) {
    if (!this.isConnected) return;
    if (name === 'country') this.#$('country').value = '';
    this.#configure();
    if (name === 'server') this.#look();
  }

  // ---- As a part of a form ----

  formResetCallback() {
    this.value = this.getAttribute('value') ?? '';
    this.#look();
  }

  formDisabledCallback(isDisabled) {
    this.#all.disabled = isDisabled;
  }

  formStateRestoreCallback(number) {
    this.value = number;
  }

  get form() { return this.#internals.form; }
  get labels() { return this.#internals.labels; }
  get name() { return this.getAttribute('name') || 'mobile'; }
  set name(name) { this.setAttribute('name', name); }
  get type() { return this.localName; }
  get validity() { return this.#internals.validity; }
  get validationMessage() { return this.#internals.validationMessage; }
  get willValidate() { return this.#internals.willValidate; }
  checkValidity() { return this.#internals.checkValidity(); }
  reportValidity() { return this.#internals.reportValidity(); }

  // The number, once it counts; what is set goes into the field and has yet to be verified.
  get value() { return this.#isDone() ? this.#number() : ''; }
  set value(number) {
    this.#$('mobile').value = number ?? '';
    this.#$('sms_code').value = '';
    this.#changeNumber();
  }

  // How far the visitor has come: `request`, `sent` or `verified`.
  get stage() { return this.getAttribute('stage'); }
  #reach(stage) {
    this.setAttribute('stage', stage);
    this.#tellForm();
  }

  get #defersCheck() { return this.hasAttribute('defer-check'); }
  #isDone() {
    return this.#defersCheck ? Boolean(this.#number()) && this.#code().length >= this.#fact('code-length') : this.stage === 'verified';
  }

  #tellForm() {
    const isDone = this.#isDone();
    const data = new FormData();
    data.append(this.name, this.#number());
    if (this.#defersCheck) data.append(this.getAttribute('code-name') || 'sms_code', this.#code());
    this.#internals.setFormValue(isDone ? data : null, this.#$('mobile').value);
    const isMissing = !isDone && !this.hasAttribute('optional');
    this.#internals.setValidity({ valueMissing: isMissing }, isMissing ? this.#text('unverified') : '', this.#$('mobile'));
  }

  // The form can't be submitted yet: says why at the field that is next.
  #complain() {
    if (!this.#number() || this.stage === 'request') this.#say(this.#$('send-error'), 'unverified');
    else this.#complete(this.#codeNeed(), [this.#defersCheck, this.#$('sms_code'), 'unverified']);
    this.focus();
  }

  focus(options) {
    const next = this.stage === 'request' ? ['mobile', 'image_code'].find((id) => !this.#$(id).value) ?? 'send' : 'sms_code';
    this.#$(next).focus(options);
  }

  // ---- Settings ----

  #$(id) { return this.#root.getElementById(id); }

  #fact(name) {
    const own = Number(this.getAttribute(name));
    return own > 0 ? own : FACTS[name];
  }

  #configure() {
    this.#all.style.setProperty('--_digits', this.#fact('code-length'));
    this.#all.style.setProperty('--_letters', this.#fact('image-length'));
    this.#$('sms_code').maxLength = this.#fact('code-length');
    this.#$('image_code').maxLength = this.#fact('image-length');
    this.#$('check').hidden = this.#$('result').hidden = this.#defersCheck;
    if (!this.stage) this.value = this.getAttribute('value');
    this.#speak();
    this.#tellForm();
  }

  #listCountries() {
    const select = this.#$('country');
    const wanted = (this.getAttribute('countries')?.split(/[\s,]+/) ?? FACTS.countries).filter(Boolean);
    const isEverywhere = wanted.includes('*');
    const names = new Intl.DisplayNames(this.#all.lang, { type: 'region' });
    const options = (isEverywhere ? [...CODES.keys()] : wanted).filter((region) => CODES.has(region)).map((region) => {
      return { region, name: names.of(region) };
    });
    if (isEverywhere) options.sort((a, b) => a.name.localeCompare(b.name, this.#all.lang));
    const visitor = isEverywhere && new Intl.Locale(navigator.language).maximize().region;
    const chosen = [select.value, this.getAttribute('country'), visitor].find((region) => options.some((it) => it.region === region));
    select.replaceChildren(...options.map(({ region, name }) => h('option', { value: region }, `+${CODES.get(region)} ${name}`)));
    if (chosen) select.value = chosen;
    // Whoever sends to the mainland alone has nothing to choose, and nobody there types its code.
    select.hidden = options.length < 2 && options[0]?.region === 'CN';
    this.#showExample();
  }

  // Numbers elsewhere look different.
  #showExample() {
    this.#$('mobile').placeholder = this.#$('country').value === 'CN' ? this.#text('mobile_example') : '';
  }

  // ---- Language ----

  #text(key, n = '') {
    const texts = TEXT[this.#all.lang];
    return ((this.#isListening && texts[`audio_${key}`]) || texts[key]).replace('{n}', n);
  }

  #render(element) {
    const { i18n, i18nAttr, n } = element.dataset;
    const shown = this.#text(i18n, n);
    if (i18nAttr) element.setAttribute(i18nAttr, shown);
    else element.textContent = shown;
  }

  #renderAll() {
    for (const element of this.#root.querySelectorAll('[data-i18n]')) this.#render(element);
  }

  #speak() {
    this.#all.lang = languageOf(this);
    this.#renderAll();
    this.#listCountries();
    this.#showCountdown();
  }

  // ---- Saying things ----

  #say(element, key, n = '') {
    Object.assign(element.dataset, { i18n: key, n });
    this.#render(element);
  }

  // What the server answered, in the visitor's language; the server's own words if they are new to us.
  #quote(element, answer) {
    hush(element);
    const add = (...what) => this.#say(element.appendChild(h('span')), ...what);
    if (answer.outcome in TEXT[this.#all.lang]) add(answer.outcome);
    else element.append(answer.errmsg);
    if (answer.attempts_left > 0) add('attempts_left', answer.attempts_left);
  }

  #tell(type, detail) {
    // An error that bubbled would look to the window like one of a script.
    const bubbles = type !== 'error';
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles, composed: bubbles }));
  }

  #blame(input, tell) {
    tell(this.#$(`${input.id}-error`));
    input.setAttribute('aria-invalid', 'true');
    input.focus();
    if (input.value.length === input.maxLength) input.select(); // a full field takes nothing more
  }

  #forgive(input) {
    input.removeAttribute('aria-invalid');
    hush(this.#$(`${input.id}-error`));
  }

  // Says what is missing before a picture or an attempt is spent on it; the focus ends on the first such field.
  #complete(...needs) {
    const unmet = needs.filter(([met]) => !met);
    for (const [, input, ...what] of unmet.reverse()) this.#blame(input, (element) => this.#say(element, ...what));
    return unmet.length === 0;
  }

  // ---- What was typed ----

  #number() { return canonical(typed(this.#$('mobile'), /[\s().-]/g), CODES.get(this.#$('country').value)); }
  #code() { return typed(this.#$('sms_code'), /\s/g); }
  #imageCode() { return typed(this.#$('image_code'), /\s/g); }
  #numberNeed() { return [this.#number(), this.#$('mobile'), 'mobile_empty']; }
  #imageNeed() {
    const [input, length] = [this.#$('image_code'), this.#fact('image-length')];
    if (!this.#$('image').dataset.id) return [false, input, 'audio_first'];
    return [this.#imageCode().length >= length, input, 'image_code_short', length];
  }
  #codeNeed() {
    const length = this.#fact('code-length');
    return [this.#code().length >= length, this.#$('sms_code'), 'sms_code_short', length];
  }

  // ---- Requests ----

  // The file or the JSON that came. It has an end: a button must not stay busy because a server hangs.
  async #ask(path, options) {
    const server = new URL(`${this.getAttribute('server') || HOME}`.replace(/\/*$/, '/'), document.baseURI);
    try {
      const request = { cache: 'no-store', credentials: 'include', ...options, signal: AbortSignal.timeout(20000) };
      const response = await fetch(new URL(path, server), request);
      const isFile = /^(image|audio)\//.test(response.headers.get('content-type'));
      const answer = await (isFile ? response.blob() : response.json());
      return isFile || typeof answer?.errmsg === 'string' ? answer : { outcome: 'no_answer' };
    } catch {
      return { outcome: 'no_answer' };
    }
  }

  // A form does one thing at a time, however often its button is pressed.
  #onSubmit(form, button, work) {
    const pressed = this.#$(button);
    this.#$(form).addEventListener('submit', async (event) => {
      event.preventDefault();
      if (pressed.ariaBusy === 'true') return;
      pressed.ariaBusy = 'true';
      try {
        await work();
      } finally {
        pressed.ariaBusy = 'false';
      }
    });
  }

  // ---- The picture, or a recording in its place ----

  async #loadPicture(query = '') {
    const id = this.#wantedPicture = freshId();
    this.#$('image_code').value = '';
    this.#forgive(this.#$('image_code'));
    this.#$('image').dataset.state = 'loading';
    const answer = await this.#ask(`image_codes/${id}/${query}`);
    if (this.#wantedPicture !== id) return; // a later one was asked for meanwhile
    const isFile = answer instanceof Blob;
    this.#showPicture(isFile ? id : '', isFile ? URL.createObjectURL(answer) : '');
    if (isFile) return;
    this.#quote(this.#$('image_code-error'), answer);
    this.#tell('error', answer);
  }

  #showPicture(id, url) {
    const image = this.#$('image');
    const file = this.#isListening ? this.#sound : image;
    URL.revokeObjectURL(file.src);
    if (url) file.src = url;
    else file.removeAttribute('src');
    Object.assign(image.dataset, { id, state: id ? 'shown' : 'missing' });
  }

  // One recording is played as often as it takes; another is asked for if there is none, or with `anew`.
  async #listen(anew) {
    this.#hushSound();
    if (!this.#isListening) this.#showPicture('', '');
    const isFirst = !this.#isListening || !this.#$('image').dataset.id;
    this.#switchTo(true);
    if (isFirst || anew) await this.#loadPicture(`?type=audio&lang=${this.#all.lang}`);
    if (!this.#isListening || !this.#$('image').dataset.id) return;
    this.#sound.currentTime = 0;
    this.#sound.play().catch(({ name }) => {
      if (name !== 'AbortError') this.#say(this.#$('image_code-error'), 'audio_blocked');
    });
  }

  #look() {
    this.#hushSound();
    this.#showPicture('', '');
    this.#switchTo(false);
    return this.#loadPicture();
  }

  // What was used up is replaced: a picture at once, a recording when it is asked for, so that it doesn't talk
  // over what a screen reader says.
  #replacePicture() {
    if (!this.#isListening) return this.#loadPicture();
    this.#hushSound();
    this.#showPicture('', '');
    this.#$('image_code').value = '';
  }

  #switchTo(isListening) {
    this.#isListening = isListening;
    const input = this.#$('image_code');
    input.inputMode = isListening ? 'numeric' : 'text';
    this.#$('image').hidden = isListening;
    this.#$('look').hidden = !isListening;
    this.#renderAll();
  }

  #hushSound() {
    this.#sound.pause();
  }

  // ---- The countdown ----

  #holdBack(who, seconds) {
    this.#waits.hold(who, seconds);
    this.#showCountdown();
  }

  #wait() {
    const wait = this.#waits.left(this.#number());
    return wait && { ...wait, text: duration(wait.left, this.#all.lang) };
  }

  #tick = () => this.#showCountdown();

  #showCountdown() {
    clearTimeout(this.#timer);
    const wait = this.#wait();
    const [send, status] = [this.#$('send'), this.#$('send-status')];
    send.setAttribute('aria-disabled', Boolean(wait));
    send.style.setProperty('--_share', wait ? wait.share : 0);
    this.#$('countdown').textContent = wait ? wait.text : '';
    if (!wait) return hush(this.#$('send-wait'), ...status.dataset.i18n === 'wait' ? [status] : []);
    this.#say(this.#$('send-wait'), 'wait', wait.text);
    this.#timer = setTimeout(this.#tick, 250);
  }

  // ---- Get a code ----

  async #getCode() {
    const wait = this.#wait();
    if (wait) return this.#say(this.#$('send-status'), 'wait', wait.text);
    hush(this.#$('send-error'), this.#$('send-status'), this.#$('result'));
    const number = this.#number();
    const { id } = this.#$('image').dataset;
    if (!id && !this.#isListening) return this.#loadPicture();
    if (!this.#complete(this.#numberNeed(), this.#imageNeed())) return;
    const query = new URLSearchParams({ image_code: this.#imageCode(), image_code_id: id });
    const answer = await this.#ask(`sms_codes/${encodeURIComponent(number)}/?${query}`);
    if (answer.outcome !== 'no_answer' && !PICTURE_KEPT.includes(answer.outcome)) this.#replacePicture();
    if (answer.code === 0) this.#codeSent(number, answer);
    else this.#codeRefused(number, answer);
  }

  #codeSent(number, answer) {
    this.#holdBack(number, this.#fact('countdown'));
    if (number !== this.#number()) return; // another was typed meanwhile
    this.#reach('sent');
    this.#say(this.#$('send-label'), 'resend');
    this.#quote(this.#$('send-status'), answer);
    this.fillIn('');
    this.#awaitMessage();
    this.#tell('sent', { mobile: number });
  }

  #codeRefused(number, answer) {
    const { outcome, retry_after: seconds } = answer;
    const tell = (element) => this.#quote(element, answer);
    if (outcome === 'bad_mobile') this.#blame(this.#$('mobile'), tell);
    else if (outcome === 'image_missing' || outcome === 'image_mismatch') this.#blame(this.#$('image_code'), tell);
    else tell(this.#$('send-error'));
    if (seconds) this.#holdBack(outcome === 'mobile_too_often' ? number : ANYBODY, seconds);
    this.#tell('error', answer);
  }

  // Another number: nothing said about the last one is true of it.
  #changeNumber() {
    this.#otp?.abort();
    hush(this.#$('send-error'), this.#$('send-status'), this.#$('result'));
    this.#forgive(this.#$('mobile'));
    this.#forgive(this.#$('sms_code'));
    this.#reach('request');
    this.#say(this.#$('send-label'), 'send');
    this.#showCountdown();
  }

  // Browsers that read messages hand the code over when the visitor agrees.
  async #awaitMessage() {
    this.#otp?.abort();
    if (!('OTPCredential' in window)) return;
    this.#otp = new AbortController();
    try {
      const { code } = await navigator.credentials.get({ otp: { transport: ['sms'] }, signal: this.#otp.signal });
      this.fillIn(code);
    } catch {
      // The visitor typed the code, or would not hand it over.
    }
  }

  // ---- Check it ----

  async #checkCode() {
    if (this.#defersCheck) return this.form?.requestSubmit();
    hush(this.#$('result'));
    if (this.stage === 'verified') this.#reach('sent');
    const number = this.#number();
    if (!this.#complete(this.#numberNeed(), this.#codeNeed())) return;
    const answer = await this.#ask(`sms_codes/${encodeURIComponent(number)}/verify/`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ sms_code: this.#code() }),
    });
    if (number !== this.#number()) return; // another was typed meanwhile
    this.#forgive(this.#$('sms_code'));
    if (answer.code === 0) this.#codeRight(number, answer);
    else this.#codeWrong(answer);
  }

  #codeRight(number, answer) {
    this.#otp?.abort();
    this.#reach('verified');
    hush(this.#$('send-status'), this.#$('send-error'));
    this.#quote(this.#$('result'), answer);
    this.#tell('verified', { mobile: number });
  }

  #codeWrong(answer) {
    const tell = (element) => this.#quote(element, answer);
    if (NOBODY_TO_BLAME.includes(answer.outcome)) tell(this.#$('sms_code-error'));
    else this.#blame(this.#$(answer.outcome === 'bad_mobile' ? 'mobile' : 'sms_code'), tell);
    this.#tell('error', answer);
  }

  // Fills the code in, as a message to the visitor's browser would, and leaves the rest to the visitor.
  fillIn(code) {
    this.#$('sms_code').value = code;
    this.#forgive(this.#$('sms_code'));
    this.#$('sms_code').focus();
    this.#tellForm();
  }

  // maxlength would cut a pasted message before its code ends.
  #pasteCode(event) {
    const numbers = event.clipboardData.getData('text').normalize('NFKC').match(/\d+/g) ?? [];
    const length = this.#fact('code-length');
    const code = [...numbers, numbers.join('')].find((digits) => digits.length === length); // "123 456" too
    if (!code) return;
    event.preventDefault();
    this.fillIn(code);
  }
}

if (!customElements.get('sms-code')) customElements.define('sms-code', SmsCode);
