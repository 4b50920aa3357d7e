import { describe, expect, it } from "vitest";
import { readableKinds } from "../src/records/kinds";

describe("what professionals read", () => {
  it("is no report for pharmacies, and no certificate for anybody", () => {
    expect(readableKinds("pharmacy")).toEqual(["prescription", "profile"]);
    expect(readableKinds("doctor")).toEqual(["report", "prescription", "profile"]);
  });
});
