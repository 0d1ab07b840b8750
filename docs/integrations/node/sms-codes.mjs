// The verification service, as programs for Node see it. This file is to be copied; it needs nothing else.

/** A number as the service writes it, and <sms-code> with it. What has one form only has one account. */
const MOBILE = /^(1[3-9][0-9]{9}|\+(?!86)[1-9][0-9]{6,14})$/;

const BAD_MOBILE = { code: 400, errmsg: '手机号格式不正确', outcome: 'bad_mobile' };
/** What the service says itself when it can't reach its store. */
const UNAVAILABLE = { code: 400, errmsg: '服务暂不可用', outcome: 'unavailable', retry_after: 1 };

/** The headers that are about what was asked for. All others are about the connection to the service. */
const PASSED_ON = [
  'Allow', 'Cache-Control', 'Content-Type', 'RateLimit', 'RateLimit-Policy', 'Retry-After', 'X-Request-Id',
];

/**
 * @typedef {{
 *   code: number, errmsg: string, outcome: string, attempts_left?: number, retry_after?: number
 * }} Answer
 * @typedef {{ method?: string, query?: string, peer?: string, forwardedFor?: string | null }} Request
 */

/** The service at an address, such as `http://127.0.0.1:8100`. */
export class SmsServer {
  /**
   * @param {string} url
   * @param {number} timeoutMs more than the service takes to give up on its senders (`gateway.deadline_ms`)
   */
  constructor(url, timeoutMs = 10_000) {
    this.url = url.replace(/\/+$/, '');
    this.timeoutMs = timeoutMs;
  }

  /**
   * Uses up the code of a number. A right code counts once, so everything else that somebody may be
   * refused for is to be looked at before.
   *
   * Gives the answer of the service as an answer of one's own: 200 if the code was right, 400 with
   * `errmsg` and so on if not, and 503 if nobody knows. It does not throw.
   *
   * @param {unknown} mobile
   * @param {unknown} smsCode
   * @returns {Promise<{ status: number, answer: Answer }>}
   */
  async check(mobile, smsCode) {
    if (typeof mobile !== 'string' || !MOBILE.test(mobile)) return { status: 400, answer: BAD_MOBILE };
    try {
      const response = await this.#fetch(`/sms_codes/${segment(mobile)}/verify/`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ sms_code: smsCode }),
      });
      const answer = await response.json();
      if (typeof answer.code !== 'number') throw new TypeError('not an answer of the service');
      if (response.status === 503) return { status: 503, answer };
      return { status: answer.code === 0 ? 200 : 400, answer };
    } catch (error) {
      return { status: 503, answer: complain(error) };
    }
  }

  /**
   * Asks for a path in the name of somebody else, and gives the response that is to be passed on. If
   * there is none, what is given says so. It does not throw.
   *
   * `query` is the query string as it came. `peer` is the address that the request came from, and
   * `forwardedFor` its header X-Forwarded-For.
   *
   * @param {string} path
   * @param {Request} [request]
   */
  async forward(path, { method = 'GET', query = '', peer = '', forwardedFor = '' } = {}) {
    // As every proxy does it: the service believes this list from its end, as far as it has been told
    // to (`server.trusted_proxies`), so that what a client puts at its beginning is void. A server
    // behind a Unix socket has no peer; the proxy before it has written the list then.
    const hops = [forwardedFor, peer].filter(Boolean).join(', ');
    try {
      const response = await this.#fetch(query ? `${path}?${query}` : path, {
        method,
        headers: hops ? { 'X-Forwarded-For': hops } : {},
      });
      const headers = new Headers();
      for (const name of PASSED_ON) {
        const value = response.headers.get(name);
        if (value !== null) headers.set(name, value);
      }
      return new Response(await response.arrayBuffer(), { status: response.status, headers });
    } catch (error) {
      return unavailable(complain(error));
    }
  }

  /** @param {string} path @param {RequestInit} init */
  #fetch(path, init) {
    const signal = AbortSignal.timeout(this.timeoutMs);
    return fetch(this.url + path, { ...init, signal, redirect: 'manual', cache: 'no-store' });
  }
}

/**
 * A text as one part of a path. No name of a picture and no number has a dot in it. Encoded twice, it does
 * not lead to another path of the service, and the service says what is wrong with it.
 *
 * @param {string} text
 */
export function segment(text) {
  return encodeURIComponent(text).replaceAll('.', '%252E');
}

/** The response that says that nobody knows. @param {Answer} answer */
export function unavailable(answer) {
  const headers = { 'Cache-Control': 'no-store', 'Retry-After': String(answer.retry_after ?? 1) };
  return Response.json(answer, { status: 503, headers });
}

/** @param {any} error */
function complain(error) {
  // The reason, but not the address: it has the number in it.
  console.error('the verification service gave no answer:', error?.cause?.code ?? error?.name);
  return UNAVAILABLE;
}
