/** Draws the caller again once a second: for what reads many growing surfaces and need not follow each of them. */
import { useEffect, useState } from 'react';

export function useTick(): void {
  const [, setTicks] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTicks((before) => before + 1), 1000);
    return () => clearInterval(timer);
  }, []);
}
