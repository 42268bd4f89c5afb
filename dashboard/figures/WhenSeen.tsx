import { useEffect, useRef, useState, type ReactNode } from 'react';

/** So far below what is in sight something is made already. */
const AHEAD = '400px';

/** What costs much to draw is drawn once it comes near to what is in sight, and stays; its place is kept until then. */
export function WhenSeen({ height, children }: { height: number; children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (!element || isSeen) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
      },
      { rootMargin: AHEAD },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [isSeen]);
  return isSeen ? <>{children}</> : <div ref={place} style={{ height }} />;
}
