import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readNativeXml } from "../../src/pacs/nativeXml.ts";
import { readStoreVerdict } from "../../src/pacs/storeAnswer.ts";

test("PIT-22 sequences within sequences keep their places", () => {
  const xml = `<NativeDicomModel><DicomAttribute tag="00081198" vr="SQ">
    <Item number="1"><DicomAttribute tag="0008119a" vr="SQ"><Item number="1">
      <DicomAttribute tag="00081155" vr="UI"><Value number="1">9.9</Value></DicomAttribute></Item></DicomAttribute>
      <DicomAttribute vr='UI' tag='00081155'><Value number='1'> 1.2 </Value></DicomAttribute></Item>
    <Item number="2"><DicomAttribute tag="00081155" vr="UI"><Value number="1">1.3</Value></DicomAttribute></Item>
  </DicomAttribute><DicomAttribute tag="00080060" vr="CS"/></NativeDicomModel>`;
  const inner = { "00081155": { vr: "UI", Value: ["9.9"] } };
  assert.deepEqual(readNativeXml(xml), {
    "00081198": {
      vr: "SQ",
      Value: [
        { "0008119A": { vr: "SQ", Value: [inner] }, "00081155": { vr: "UI", Value: ["1.2"] } },
        { "00081155": { vr: "UI", Value: ["1.3"] } },
      ],
    },
    "00080060": { vr: "CS" },
  });
});

test("PIT-22 XML and its attributes may bear prefixes, and other XML is no answer", () => {
  const prefixed = `<dcm:NativeDicomModel xmlns:dcm="x"><dcm:DicomAttribute tag="00081199" vr="SQ"><dcm:Item number="1">
    <dcm:DicomAttribute tag="00081155" vr="UI"><dcm:Value number="1">1.2</dcm:Value></dcm:DicomAttribute>
    </dcm:Item></dcm:DicomAttribute></dcm:NativeDicomModel>`;
  assert.deepEqual(readStoreVerdict(prefixed, "1.2"), { kind: "stored", warningReason: null });
  assert.equal(readNativeXml("<html><body>1.2</body></html>"), null);
  assert.deepEqual(readStoreVerdict("<html>1.2</html>", "1.2"), { kind: "not mentioned" });
});

test("WEB-5 no body whatsoever throws, and none invents a verdict", () => {
  const soup = fc.array(
    fc.constantFrom(
      "<",
      "/",
      ">",
      "NativeDicomModel",
      "DicomAttribute",
      "Item",
      "Value",
      ' tag="00081199"',
      " ",
      "[",
      "{",
      '"',
    ),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        soup.map((parts) => parts.join("")),
      ),
      (body) => {
        assert.deepEqual(readStoreVerdict(body, "1.2.3"), { kind: "not mentioned" });
      },
    ),
    { numRuns: 2000 },
  );
});
