import type { NextRequest } from 'next/server';
import { passOn } from '@/lib/sms-server';

export async function GET(request: NextRequest) {
  return passOn(request, '/sms-code.js');
}
