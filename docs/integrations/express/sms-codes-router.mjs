// Routes that pass on to the verification service, and a middleware that has codes checked.

import { Router } from 'express';
import { segment } from './sms-codes.mjs';

/** Pictures, sends and the script of <sms-code>, at the paths that pages ask for. */
export function smsCodes(server) {
  const router = Router();
  const passOn = (path) => async (request, response) => {
    // Not request.ip: that is what a list says if the application trusts it. The service reads the list itself.
    const answer = await server.forward(path(request.params), {
      method: request.method, // a HEAD must not become a GET, which would send
      query: request.originalUrl.split('?').slice(1).join('?'),
      peer: request.socket.remoteAddress,
      forwardedFor: request.get('X-Forwarded-For'),
    });
    response.status(answer.status).setHeaders(answer.headers).end(Buffer.from(await answer.arrayBuffer()));
  };
  router.get('/image_codes/:uuid', passOn(({ uuid }) => `/image_codes/${segment(uuid)}/`));
  router.get('/sms_codes/:mobile', passOn(({ mobile }) => `/sms_codes/${segment(mobile)}/`));
  router.get('/sms-code.js', passOn(() => '/sms-code.js'));
  return router;
}

/**
 * Goes on if `mobile` and `sms_code` in the body belong together, else answers. It belongs last, because a
 * right code counts once.
 */
export function requireSmsCode(server) {
  return async (request, response, next) => {
    const { mobile, sms_code: smsCode } = request.body ?? {};
    const { status, answer } = await server.check(mobile, smsCode);
    if (status === 200) return next();
    if (status === 503) response.set('Retry-After', String(answer.retry_after ?? 1));
    response.status(status).json(answer);
  };
}
