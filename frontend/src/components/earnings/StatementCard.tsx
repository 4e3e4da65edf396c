import type { Statement, Terms } from "../../api/types";
import { formatCount, formatTokens, formatWad } from "../../format";
import { Stat, Stats } from "../../ui/Stat";
import { reasonText } from "./reasons";

/** Own answers against the others' majority on one half of the shared tasks. */
function Matrix({ title, counts, t }: { title: string; counts: number[][]; t: number }) {
  const at = (own: number, majority: number): number => counts[own]?.[majority] ?? 0;
  const determinant = at(0, 0) * at(1, 1) - at(0, 1) * at(1, 0);
  return (
    <table className="text-center text-[0.875rem]">
      <caption className="mb-1 text-left text-muted">
        {title}: {formatCount(t, "task")}, det {determinant}
      </caption>
      <thead>
        <tr>
          <td />
          <th scope="col" className="px-3 font-normal text-muted">
            others A
          </th>
          <th scope="col" className="px-3 font-normal text-muted">
            others B
          </th>
        </tr>
      </thead>
      <tbody>
        {["A", "B"].map((name, own) => (
          <tr key={name}>
            <th scope="row" className="pr-3 text-left font-normal text-muted">
              you {name}
            </th>
            {[0, 1].map((majority) => (
              <td key={majority} className={own === majority ? "bg-good-soft px-3 py-1 text-good" : "bg-sunken px-3 py-1"}>
                {at(own, majority)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const goldCount = ({ goldRight, goldAnswered, goldSlots }: Statement): string => `${goldRight} right, ${goldAnswered - goldRight} wrong of ${goldSlots}`;

/** Right less wrong answers, of all gold questions. */
const goldFactor = ({ goldRight, goldAnswered, goldSlots }: Statement): string => `${Math.max(0, 2 * goldRight - goldAnswered)}/${goldSlots}`;

/** One block's statement: every number that went into the pay, in the order of the rule. */
export function StatementCard({ statement, terms }: { statement: Statement; terms: Terms }) {
  const { nValid, t1, t2, m1, m2, score, goldSlots, base, alpha, raw, pay } = statement;
  return (
    <div className="space-y-4">
      <p className="measure">{reasonText(statement.reason)}</p>
      <Stats>
        <Stat label="Valid answers" hint="A or B; ties and skips do not count">
          {nValid} of {terms.blockSlots}
        </Stat>
        <Stat label="Comparable shared tasks" hint={`at least ${terms.minOverlap} needed`}>
          {t1 + t2}
        </Stat>
        <Stat label="Gold questions" hint={goldSlots === 0 ? "none in this block" : `pay × ${goldFactor(statement)}`}>
          {goldSlots === 0 ? "–" : goldCount(statement)}
        </Stat>
        <Stat label="Score" hint="1 is full information, 0 is none">
          {formatWad(score)}
        </Stat>
      </Stats>
      <div className="flex flex-wrap gap-x-8 gap-y-4">
        <Matrix title="First half" counts={m1} t={t1} />
        <Matrix title="Second half" counts={m2} t={t2} />
      </div>
      <dl className="grid max-w-md grid-cols-[1fr_auto] gap-x-6 gap-y-1">
        <dt className="text-muted">Base: {nValid} × {formatTokens(terms.basePay, 4)}</dt>
        <dd className="text-right">{formatTokens(base, 4)}</dd>
        <dt className="text-muted">
          Score pay: {nValid} × {formatTokens(terms.alphaPay, 4)} × {formatWad(score)}
        </dt>
        <dd className="text-right">{formatTokens(alpha, 4)}</dd>
        {goldSlots > 0 && (
          <>
            <dt className="text-muted">
              Gold {goldCount(statement)}: × {goldFactor(statement)}
            </dt>
            <dd className="text-right">{formatTokens(raw, 4)}</dd>
          </>
        )}
        {raw !== pay && (
          <>
            <dt className="text-muted">Share of the epoch's budget</dt>
            <dd className="text-right">{formatTokens(pay, 4)}</dd>
          </>
        )}
        <dt className="border-t border-line pt-1 font-medium">Pay</dt>
        <dd className="border-t border-line pt-1 text-right font-medium">{formatTokens(pay, 4)}</dd>
      </dl>
    </div>
  );
}
