import { tellApart } from './tell-apart.ts';

tellApart('sqlite');
