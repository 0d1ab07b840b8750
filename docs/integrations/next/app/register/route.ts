import { unavailable } from '@/lib/sms-codes.mjs';
import { smsServer } from '@/lib/sms-server';

const accounts = new Set<string>();

export async function POST(request: Request) {
  const form = await request.formData();
  const mobile = String(form.get('mobile') ?? '');
  // What else may be wrong comes first: a right code counts once.
  if (accounts.has(mobile)) return Response.json({ code: 400, errmsg: '手机号已注册' }, { status: 400 });

  const { status, answer } = await smsServer.check(mobile, String(form.get('sms_code') ?? ''));
  if (status === 503) return unavailable(answer);
  if (status !== 200) return Response.json(answer, { status });

  accounts.add(mobile);
  return Response.json({ code: 0, mobile }, { status: 201 });
}
