import assert from "node:assert/strict";
import { test } from "node:test";
import { html, textOf } from "../../src/html/html.ts";

test("D8 every character that could begin or end markup is escaped, in text and in attributes", () => {
  const hostile = `</p><script>alert("1")</script><img src=x onerror='alert(1)'>&amp;`;
  assert.equal(
    textOf(html`<p title="${hostile}">${hostile}</p>`),
    `<p title="&lt;/p&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;amp;">` +
      `&lt;/p&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;amp;</p>`,
  );
});

test("markup within markup stays, lists are joined, numbers are written and null is nothing", () => {
  const items = ["<a>", "b"].map((each) => html`<li>${each}</li>`);
  assert.equal(
    textOf(html`<ul>${items}</ul>${null}${4.5}${["&", null, 1]}`),
    "<ul><li>&lt;a&gt;</li><li>b</li></ul>4.5&amp;1",
  );
});

test("D8 what an archive sends as JSON cannot pass for markup", () => {
  const forged = JSON.parse('{"markup":"<script>","Symbol(markup)":"<script>"}') as string;
  assert.throws(() => textOf(html`<p>${forged}</p>`));
});
