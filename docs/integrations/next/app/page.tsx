import { Registration } from '@/components/registration';

export default function Page() {
  return <Registration />;
}
