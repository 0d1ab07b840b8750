// A shop where people register with their number.

import express from 'express';
import { requireSmsCode, smsCodes } from './sms-codes-router.mjs';
import { SmsServer } from './sms-codes.mjs';

const { SMS_SERVER_URL = 'http://127.0.0.1:8100', SMS_SERVER_TIMEOUT_MS = '10000', PORT = '3000' } = process.env;
const server = new SmsServer(SMS_SERVER_URL, Number(SMS_SERVER_TIMEOUT_MS));
const accounts = new Set();

function isNew(request, response, next) {
  if (!accounts.has(request.body?.mobile)) return next();
  response.status(400).json({ code: 400, errmsg: '手机号已注册' });
}

const app = express();
app.disable('x-powered-by');
app.use(smsCodes(server));
app.use(express.static(`${import.meta.dirname}/public`));
app.post('/register', express.urlencoded(), express.json(), isNew, requireSmsCode(server), (request, response) => {
  accounts.add(request.body.mobile);
  response.status(201).json({ code: 0, mobile: request.body.mobile });
});

const listener = app.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${listener.address().port}`);
});
