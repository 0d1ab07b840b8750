// The verification service of this application.

import type { NextRequest } from 'next/server';
import { SmsServer } from './sms-codes.mjs';

const { SMS_SERVER_URL = 'http://127.0.0.1:8100', SMS_SERVER_TIMEOUT_MS = '10000' } = process.env;

export const smsServer = new SmsServer(SMS_SERVER_URL, Number(SMS_SERVER_TIMEOUT_MS));

/** Passes a request on to a path of the service, and its answer back. */
export function passOn(request: NextRequest, path: string): Promise<Response> {
  return smsServer.forward(path, {
    method: request.method, // Next answers a HEAD with GET, and a GET would send
    query: request.nextUrl.search.slice(1),
    // Next tells nobody where a request came from, so what is before it must have written this.
    forwardedFor: request.headers.get('x-forwarded-for'),
  });
}
