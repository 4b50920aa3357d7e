import { describe, expect, it } from "vitest";
import type { Grant } from "../src/chain/views";
import { standingOf } from "../src/records/standing";

const NOW = 1_000;
const grant = (of: Partial<Grant>): Grant => ({
  record: 5,
  reader: 1002,
  seal: { keyVersion: 1, seal: "0x" },
  purpose: "TREAT",
  basis: "consent",
  grantedBy: 1001,
  grantedAt: 0,
  expiresAt: NOW + 1,
  openingsLeft: 1,
  windowClosesAt: null,
  ...of,
});

describe("what a grant is worth", () => {
  it("is an opening as long as it lasts, and a window while it is open", () => {
    expect(standingOf(grant({}), { status: "current" }, NOW)).toBe("left");
    expect(standingOf(grant({}), { status: "superseded" }, NOW)).toBe("left");
    expect(standingOf(grant({ expiresAt: NOW }), { status: "current" }, NOW)).toBe("expired");
    expect(standingOf(grant({ openingsLeft: 0 }), { status: "current" }, NOW)).toBe("used");
    const open = { openingsLeft: 0, windowClosesAt: NOW + 1 };
    expect(standingOf(grant(open), { status: "current" }, NOW)).toBe("open");
    expect(standingOf(grant({ ...open, expiresAt: NOW }), { status: "current" }, NOW)).toBe("open");
    expect(standingOf(grant({ ...open, windowClosesAt: NOW }), { status: "current" }, NOW)).toBe("used");
  });

  it("is nothing once the record is erased", () => {
    for (const of of [{}, { windowClosesAt: NOW + 1 }, { openingsLeft: 0 }, { expiresAt: 0 }]) {
      expect(standingOf(grant(of), { status: "erased" }, NOW)).toBe("erased");
    }
  });
});
