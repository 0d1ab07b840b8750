'use client';

import { type HTMLAttributes, type Ref, type RefObject, useEffect, useRef } from 'react';

/** What the service answered when it refused something, or `no_answer` alone. */
export type Refusal = { outcome: string; errmsg?: string; retry_after?: number; attempts_left?: number };

/** The element as scripts see it. */
export interface SmsCodeElement extends HTMLElement {
  value: string;
  readonly stage: 'request' | 'sent' | 'verified';
  fillIn(code: string): void;
  checkValidity(): boolean;
  reportValidity(): boolean;
}

type Attributes = HTMLAttributes<SmsCodeElement> & {
  server?: string;
  countries?: string;
  country?: string;
  value?: string;
  name?: string;
  'code-name'?: string;
  'defer-check'?: boolean;
  optional?: boolean;
  disabled?: boolean;
};

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'sms-code': Attributes & { ref?: Ref<SmsCodeElement> };
    }
  }
}

type Props = Attributes & {
  onSent?: (detail: { mobile: string }) => void;
  onVerified?: (detail: { mobile: string }) => void;
  onRefused?: (detail: Refusal) => void;
};

/** `<sms-code>` and its script, which React puts into the head once. */
export function SmsCode({ onSent, onVerified, onRefused, ...attributes }: Props) {
  const element = useRef<SmsCodeElement>(null);
  useEvent(element, 'sent', onSent);
  useEvent(element, 'verified', onVerified);
  useEvent(element, 'error', onRefused);
  return (
    <>
      <script type="module" async src="/sms-code.js" />
      <sms-code ref={element} {...attributes} />
    </>
  );
}

// Not as `onsent={…}`: of an element that the server has rendered, React never hears such events
// (https://github.com/react/react/issues/35446).
function useEvent<Detail>(element: RefObject<HTMLElement | null>, type: string, tell?: (detail: Detail) => void) {
  useEffect(() => {
    const listening = element.current;
    const listener = (event: Event) => tell?.((event as CustomEvent<Detail>).detail);
    listening?.addEventListener(type, listener);
    return () => listening?.removeEventListener(type, listener);
  }, [element, type, tell]);
}
