import { queryOptions, useQuery } from "@tanstack/react-query";
import { get } from "../api/client";
import type { Dataset } from "../api/types";

export const datasetsOptions = queryOptions({
  queryKey: ["datasets"],
  queryFn: ({ signal }) => get<Dataset[]>("/datasets", signal),
});
export const useDatasets = () => useQuery(datasetsOptions);
