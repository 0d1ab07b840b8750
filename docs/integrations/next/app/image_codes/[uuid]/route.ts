import type { NextRequest } from 'next/server';
import { segment } from '@/lib/sms-codes.mjs';
import { passOn } from '@/lib/sms-server';

export async function GET(request: NextRequest, { params }: RouteContext<'/image_codes/[uuid]'>) {
  const { uuid } = await params;
  return passOn(request, `/image_codes/${segment(uuid)}/`);
}
