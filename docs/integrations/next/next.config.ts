import type { NextConfig } from 'next';

const config: NextConfig = {
  // The paths of the service end in a slash, and <sms-code> asks for them so: no redirection for that.
  skipTrailingSlashRedirect: true,
};

export default config;
