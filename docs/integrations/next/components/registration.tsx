'use client';

import { type FormEvent, useState } from 'react';
import type { Answer } from '@/lib/sms-codes.mjs';
import { SmsCode } from './sms-code';

export function Registration() {
  const [message, setMessage] = useState('');
  const [sentTo, setSentTo] = useState('');

  // Not an action: React resets a form after one, and with it what was typed, also if it was refused.
  async function register(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const body = new FormData(event.currentTarget);
    const response = await fetch('/register', { method: 'POST', body });
    const answer: Answer = await response.json();
    setMessage(response.ok ? '注册成功' : complaint(answer));
  }

  return (
    <form onSubmit={register}>
      <SmsCode defer-check onSent={({ mobile }) => setSentTo(mobile)} />
      <button>注册</button>
      <p role="status">{sentTo && `验证码已发送至${sentTo}`}</p>
      <p role="alert">{message}</p>
    </form>
  );
}

function complaint({ errmsg, attempts_left: left }: Answer) {
  return left === undefined ? errmsg : `${errmsg}，还可以试${left}次`;
}
