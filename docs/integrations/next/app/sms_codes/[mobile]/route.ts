import type { NextRequest } from 'next/server';
import { segment } from '@/lib/sms-codes.mjs';
import { passOn } from '@/lib/sms-server';

export async function GET(request: NextRequest, { params }: RouteContext<'/sms_codes/[mobile]'>) {
  const { mobile } = await params;
  return passOn(request, `/sms_codes/${segment(mobile)}/`);
}
