import { giveOrders } from "./orders_steps.ts";

Deno.test("retry, stop, start, a folder and a plugin, with the token alone", (test) => giveOrders(test));
