// The main journey, as an app would write it: it must compile, so that a field that went missing is seen here.
import { type Client, Refused, type Schemas } from "./client.js";

/** Log an occasion that was held, and send in what it cost. Ids are made here, so that every call may be repeated. */
export async function logAnOuting(phone: Client, picture: Blob): Promise<Schemas["Expense"]> {
  const home = await phone.call("getHome", "GET", "/api/v1/home");
  const assignment = home.assignments[0];
  if (assignment === undefined) throw new Error("No assignment");
  const remaining: number = assignment.quota.remaining;
  console.log(`${remaining} left of ${assignment.quota.granted}, and ${assignment.allowance.remaining} kronor`);

  const planned: Schemas["PlanOccasionRequest"] = {
    id: crypto.randomUUID(),
    assignment: assignment.id,
    starts_at: "2026-11-22T15:00:00+01:00",
    ends_at: "2026-11-22T17:00:00+01:00",
    title: "Bio",
  };
  const occasion = await plan(phone, planned);
  const held = await phone.call("completeOccasion", "POST", "/api/v1/occasions/{occasion_id}/complete", {
    path: { occasion_id: occasion.id },
    body: { activities: [{ kind: "cinema", note: "Vi såg en komedi." }] },
  });
  const used: number = held.units;
  const status: Schemas["OccasionStatusEnum"] = held.status;
  console.log(status === "completed" ? `It counts as ${used}` : status);

  const receipt = await phone.sendReceipt(crypto.randomUUID(), picture);
  const expense = await phone.call("createExpense", "POST", "/api/v1/expenses", {
    body: {
      id: crypto.randomUUID(),
      assignment: assignment.id,
      occasion: held.id,
      category: "ticket",
      claimed_amount: receipt.suggestion?.total?.value ?? "129.00",
      spent_on: "2026-11-22",
      receipt: receipt.id,
    },
  });
  const noted = await phone.call("editExpense", "PATCH", "/api/v1/expenses/{expense_id}", {
    path: { expense_id: expense.id },
    version: expense.version,
    body: { note: "Två biljetter" },
  });
  return phone.call("submitExpense", "POST", "/api/v1/expenses/{expense_id}/submit", { path: { expense_id: noted.id } });
}

/** Plan, and make room where the quota is in the way. */
async function plan(phone: Client, wanted: Schemas["PlanOccasionRequest"]): Promise<Schemas["Occasion"]> {
  try {
    return await phone.call("createOccasion", "POST", "/api/v1/occasions", { body: wanted });
  } catch (error) {
    if (!(error instanceof Refused) || error.problem.code !== "quota_exceeded") throw error;
    const { results } = await phone.call("listOccasions", "GET", "/api/v1/occasions", {
      query: { assignment: wanted.assignment, status: "planned", limit: 1 },
    });
    return phone.call("createOccasion", "POST", "/api/v1/occasions", {
      body: { ...wanted, skip: results.map((one) => one.id) },
    });
  }
}

/** Approve what waits, as a coordinator; of what changed meanwhile the problem shows the present object. */
export async function approveAll(desk: Client): Promise<void> {
  const queue = await desk.call("listExpenseQueue", "GET", "/api/v1/expenses/queue", { query: { in_hand: "free" } });
  for (const expense of queue.results) {
    const may = expense.allowed_actions.find((one) => one.action === "approve")?.allowed ?? false;
    if (!may) continue;
    try {
      await desk.call("approveExpense", "POST", "/api/v1/expenses/{expense_id}/approve", {
        path: { expense_id: expense.id },
        version: expense.version,
        body: {},
      });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { present } = error.problem as Schemas["ExpenseProblem"];
      console.log(error.problem.detail, present?.status);
    }
  }
}

/** Read what is new in the inbox. */
export async function readInbox(phone: Client): Promise<string[]> {
  const inbox = await phone.call("listNotifications", "GET", "/api/v1/notifications", { query: { unread: true } });
  for (const one of inbox.results) {
    await phone.call("readNotification", "POST", "/api/v1/notifications/{notification_id}/read", {
      path: { notification_id: one.id },
    });
  }
  return inbox.results.map((one) => one.title);
}
