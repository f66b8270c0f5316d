/** The page around every page: language, theme before the first paint, the way past the navigation. */
import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { say } from '#components/words.ts';
import './globals.css';

export const metadata: Metadata = {
  title: { default: 'Tarn: loss landscapes, together', template: '%s · Tarn' },
  description: say('home.description'),
  applicationName: 'Tarn',
};

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#eff1ee' },
    { media: '(prefers-color-scheme: dark)', color: '#0b1314' },
  ],
};

export default function RootLayout({ children }: { readonly children: ReactNode }) {
  return (
    // theme.js sets data-theme before React sees the element.
    <html lang="en" suppressHydrationWarning>
      <head>
        <script src="/theme.js" />
      </head>
      <body>
        <a className="skip" href="#main">
          {say('skip')}
        </a>
        {children}
      </body>
    </html>
  );
}
